#pragma once

namespace harsanyi {

/// How the program ends (docs/running.md).
enum class ExitCode : int {
  ok = 0,
  internal_error = 1,  ///< a fault of the program, or no memory
  usage = 2,           ///< command line, configuration file, an experiment that cannot be planned
  bad_input = 3,       ///< model, tokenizer, benchmark table, rows; doctor: something needed is missing
  storage = 4,         ///< HDF5 files: damaged, of another experiment, no space, no permission
  incomplete = 5,      ///< finished, but units were set aside, or a file is unfinished
  ended_early =
      75,  ///< SIGTERM, time limit, lost ranks: run the same command again (EX_TEMPFAIL, asks for a requeue)
  interrupted = 130,  ///< SIGINT (128 + 2): finished units are kept
};

}  // namespace harsanyi
