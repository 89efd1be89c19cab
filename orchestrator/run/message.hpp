#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "orchestrator/run/error_kind.hpp"
#include "orchestrator/run/run_outcome.hpp"
#include "partition/base/id.hpp"
#include "partition/plan/unit_profile.hpp"
#include "worker/comm/communicator.hpp"

namespace harsanyi {

// What the ranks of a run tell each other. Messages carry unit numbers, never units: every rank makes the
// same plan from the same configuration. Worker and rank 0 speak in this order:
//   worker  Hello | Done, Failed ... | Goodbye                 (Goodbye: as soon as Stop was read)
//   rank 0          Assign ...         Stop      RunEnd         (RunEnd: once every worker said Goodbye)

/// The worker is ready, and this is the digest of what it computes.
struct Hello {
  std::string digest;
  friend bool operator==(const Hello&, const Hello&) = default;
};

struct Assign {
  UnitId unit;
  friend bool operator==(const Assign&, const Assign&) = default;
};

struct Done {
  UnitId unit;
  std::uint64_t checksum = 0;  ///< block_checksum of the values where they were computed
  double seconds = 0.0;
  std::vector<double> values;
  std::optional<UnitSeconds> times{};  ///< where they are measured
  friend bool operator==(const Done&, const Done&) = default;
};

struct Failed {
  UnitId unit;
  double seconds = 0.0;
  std::string reason;
  friend bool operator==(const Failed&, const Failed&) = default;
};

/// No more units; those that wait at the worker are dropped.
struct Stop {
  friend bool operator==(const Stop&, const Stop&) = default;
};

struct Goodbye {
  friend bool operator==(const Goodbye&, const Goodbye&) = default;
};

/// How the run ended, the same for all ranks. Carries RunOutcome without what rank 0 alone knows.
struct RunEnd {
  RunOutcome outcome;
  std::optional<RemoteError> error;
  friend bool operator==(const RunEnd&, const RunEnd&) = default;
};

/// A step that all ranks take together (`together`): each one's result, then the verdict.
struct StepResult {
  std::optional<RemoteError> error;
  friend bool operator==(const StepResult&, const StepResult&) = default;
};

using Message = std::variant<Hello, Assign, Done, Failed, Stop, Goodbye, RunEnd, StepResult>;

/// Bytes of a message: version, kind, then the fields in order; integers and IEEE doubles little endian, a
/// text or list behind its length.
[[nodiscard]] Bytes encode(Message message);

/// @throws CommError  naming place and reason: another version, an unknown kind, too short, too long, a
/// length
///         beyond the end. Never reads outside `bytes`, allocates at most in proportion to them.
[[nodiscard]] Message decode(std::span<const std::byte> bytes);

}  // namespace harsanyi
