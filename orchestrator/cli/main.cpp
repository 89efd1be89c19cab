#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/program.hpp"

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on the size of files then is a failed write, and is told as one
  const std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
  return static_cast<int>(harsanyi::run_program(harsanyi::commands(), arguments, std::cout, std::cerr));
}
