#pragma once

#include <stdexcept>

namespace harsanyi {

/// Base of all errors that a user can act on. The text names the thing, the place, the reason and the remedy.
/// Thrown where the cause is known, caught once in main. One type per module, so that tests and main can tell
/// them apart.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class GameError : public Error {
 public:
  using Error::Error;
};  ///< a value table that is no game
class PlanError : public Error {
 public:
  using Error::Error;
};  ///< an experiment that cannot be cut into units
class StorageError : public Error {
 public:
  using Error::Error;
};  ///< HDF5 files
class ModelError : public Error {
 public:
  using Error::Error;
};  ///< config.json, checkpoints, architectures
class TextError : public Error {
 public:
  using Error::Error;
};  ///< tokenizers and text
class BenchmarkError : public Error {
 public:
  using Error::Error;
};  ///< prompt tables and rows
class CommError : public Error {
 public:
  using Error::Error;
};  ///< messages between ranks
class LostRankError : public CommError {
 public:
  using CommError::CommError;
};  ///< a rank that no longer answers; the same command goes on
class AnalysisError : public Error {
 public:
  using Error::Error;
};  ///< answers that cannot be evaluated
class ReportError : public Error {
 public:
  using Error::Error;
};  ///< tables that cannot be built or written
class ConfigError : public Error {
 public:
  using Error::Error;
};  ///< command line and configuration files

}  // namespace harsanyi
