#include "orchestrator/run/error_kind.hpp"

#include <tuple>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// Number 0 is the base; the others are numbered by their place here. Ranks run the same program, so the
/// order may change between versions.
using ErrorTypes = std::tuple<GameError, PlanError, StorageError, ModelError, TextError, BenchmarkError,
                              CommError, ConfigError>;

template <class... Types>
std::uint8_t number_of(const std::exception& error, const std::tuple<Types...>*) {
  std::uint8_t number = 0;
  std::uint8_t next = 1;
  ((number = dynamic_cast<const Types*>(&error) != nullptr ? next : number, ++next), ...);
  return number;
}

template <class... Types>
void throw_numbered(const RemoteError& error, const std::tuple<Types...>*) {
  std::uint8_t next = 1;
  ((next++ == error.kind ? throw Types{error.text} : void()), ...);
}

constexpr const ErrorTypes* kErrorTypes = nullptr;

}  // namespace

RemoteError to_remote(const std::exception& error) {
  return {number_of(error, kErrorTypes), error.what()};
}

void throw_remote(const RemoteError& error) {
  throw_numbered(error, kErrorTypes);
  throw Error{error.text};
}

}  // namespace harsanyi
