// The driver of a machine with one GPU, as far as worker/model/device.cpp asks it.

#include <cstdio>

extern "C" {
int cuInit(unsigned /*flags*/) {
  return 0;
}
int cuDeviceGetCount(int* count) {
  *count = 1;
  return 0;
}
int cuDeviceGetName(char* name, int size, int /*device*/) {
  std::snprintf(name, static_cast<std::size_t>(size), "stand-in");
  return 0;
}
}
