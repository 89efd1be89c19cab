#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/program.hpp"

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files then is a failed write, and is told as one
  const std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
  const auto code = harsanyi::run_program(harsanyi::commands(), arguments, std::cout, std::cerr);
  if (code == harsanyi::ExitCode::storage) {
    std::cout.flush();
    std::_Exit(
        static_cast<int>(code));  // HDF5 1.10 crashes in its own end once it could not write or open a file
  }
  return static_cast<int>(code);
}
