#include <array>
#include <functional>

#include "orchestrator/config/evaluate_options.hpp"
#include "orchestrator/config/forward_options.hpp"
#include "orchestrator/config/slurm_options.hpp"
#include "orchestrator/config/sweep_options.hpp"
#include "tests/fuzz/fuzz_input.hpp"

namespace {

using namespace harsanyi;

/// The options of a command, described once: that takes longer than reading a file.
template <class Options>
struct Described {
  Options options;
  OptionSet set{"command"};
  Options defaults;

  Described() {
    describe(set, options);
    defaults = options;
  }

  /// @return what --print-config then writes
  std::string read(const std::filesystem::path& file) {
    options = defaults;
    static_cast<void>(set.parse(std::array{"--config=" + file.string(), std::string{"--print-config"}}));
    return set.configuration();
  }
};

/// Reads the file; what --print-config then writes must read back to the same.
template <class Options>
void read_and_write(const std::filesystem::path& file) {
  static Described<Options> command;
  const std::string written = command.read(file);
  if (command.read(fuzz::write_input("copy.ini", written)) != written) std::abort();
  check(command.options);
}

}  // namespace

// The command, then its configuration file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::array<std::function<void(const std::filesystem::path&)>, 4> commands{
      read_and_write<SweepOptions>, read_and_write<EvaluateOptions>, read_and_write<ForwardOptions>,
      read_and_write<SlurmOptions>};
  if (size == 0) return 0;
  const auto file = fuzz::write_input("run.ini", fuzz::as_text(data + 1, size - 1));
  fuzz::may_refuse([&] { commands[data[0] % commands.size()](file); });
  return 0;
}
