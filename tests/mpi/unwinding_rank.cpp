// A job in which the last rank fails while the others wait for a message that never comes.
#include <stdexcept>

#include "worker/comm/mpi/mpi_world.hpp"

int main() {
  try {
    harsanyi::MpiWorld world{std::chrono::minutes{1}};
    auto& comm = world.communicator();
    if (comm.rank().value == comm.size() - 1) throw std::runtime_error{"this rank fails"};
    while (!comm.receive(std::chrono::milliseconds{1000})) {
    }
  } catch (const std::runtime_error&) {
  }
  return 0;
}
