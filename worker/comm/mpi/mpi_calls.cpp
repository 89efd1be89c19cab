#include "worker/comm/mpi/mpi_calls.hpp"

#include <array>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

void check_mpi(int code, std::string_view call) {
  if (code == MPI_SUCCESS) return;
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  MPI_Error_string(code, text.data(), &length);
  throw CommError{
      fmt::format("{} failed: {}", call, std::string_view{text.data(), static_cast<std::size_t>(length)})};
}

bool is_complete(MPI_Request& request, std::string_view call) {
  int done = 0;
  check_mpi(MPI_Test(&request, &done, MPI_STATUS_IGNORE), call);
  return done != 0;
}

}  // namespace harsanyi
