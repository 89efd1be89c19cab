#include <iostream>
#include <string>
#include <vector>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/program.hpp"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments{argv + std::min(argc, 1), argv + argc};
  return static_cast<int>(harsanyi::run_program(harsanyi::commands(), arguments, std::cout, std::cerr));
}
