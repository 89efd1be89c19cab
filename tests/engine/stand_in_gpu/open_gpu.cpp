// Opens the GPU that the stand-ins beside this file say is there: libtorch must not have been asked for one
// before its part for GPUs is loaded, as it keeps its first answer. Prints the device's name.

#include <exception>
#include <iostream>

#include "worker/model/device.hpp"

int main() {
  try {
    std::cout << harsanyi::open_device(harsanyi::DeviceChoice::gpu, 0, {}).name << '\n';
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
