#pragma once

#include "worker/benchmark/prompt_maker.hpp"
#include "worker/benchmark/rows_file.hpp"

namespace harsanyi {

/// Has `maker` check every row, in order. @throws BenchmarkError  of the first bad row, or for an "id" that
/// an earlier row has
void check_rows(const RowsFile& file, PromptMaker& maker);

}  // namespace harsanyi
