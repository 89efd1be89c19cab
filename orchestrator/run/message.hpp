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
//   rank 0          Assign ...         Stop      RunEnd         (RunEnd: once nobody is waited for)
// A worker that did not answer in time gets Recall, and says Hello again once it reads it. Words come in
// between.

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
  double seconds = 0.0;
  std::vector<double> values;
  std::optional<UnitSeconds> times{};  ///< where they are measured
  std::int32_t smaller = 0;            ///< how often batches were made smaller until memory sufficed
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

/// The worker's units were given to others: those that wait at it are dropped, and it says Hello.
struct Recall {
  friend bool operator==(const Recall&, const Recall&) = default;
};

/// Rank 0 is there; sent now and then, so that a rank that waits can tell a long wait from a lost job.
struct Word {
  friend bool operator==(const Word&, const Word&) = default;
};

/// How the run ended, the same for all ranks. Carries RunOutcome without what rank 0 alone knows.
struct RunEnd {
  RunOutcome outcome;
  std::optional<RemoteError> error;
  friend bool operator==(const RunEnd&, const RunEnd&) = default;
};

/// A step that all ranks take together (together.hpp): each one's result, then rank 0's verdict.
struct StepResult {
  std::optional<RemoteError> error{};
  std::string text{};       ///< what a rank tells rank 0
  std::int64_t number = 0;  ///< what rank 0 tells all
  friend bool operator==(const StepResult&, const StepResult&) = default;
};

using Message = std::variant<Hello, Assign, Done, Failed, Stop, Goodbye, RunEnd, StepResult, Recall, Word>;

/// A message and the common step (Attendance::step) that it belongs to: what a rank says after it was taken
/// for lost may come when the others are further on.
struct Letter {
  std::uint32_t step = 0;
  Message message;
};

/// Bytes of a message: version, kind, step, the fields in order, and a checksum of all that; integers and
/// IEEE doubles little endian, a text or list behind its length. The checksum, the first 64 bits of SHA-256,
/// covers the unit's number with its values: neither arrives changed.
[[nodiscard]] Bytes encode(Message message, std::uint32_t step);

/// @throws CommError  naming place and reason: another version, a wrong checksum, an unknown kind, too short,
/// too long, a length beyond the end. Never reads outside `bytes`, allocates at most in proportion to them.
[[nodiscard]] Letter decode(std::span<const std::byte> bytes);

}  // namespace harsanyi
