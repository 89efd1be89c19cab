#include "worker/benchmark/check_rows.hpp"

#include <unordered_map>

#include <fmt/format.h>

namespace harsanyi {

void check_rows(const RowsFile& file, PromptMaker& maker) {
  std::unordered_map<std::string, int> row_of_id;
  for (int number = 0; number < file.size(); ++number) {
    const Row row = file.row(number);
    maker.check(row);
    const auto id = row.id();
    if (!id) continue;
    if (const auto [known, added] = row_of_id.emplace(*id, number); !added)
      throw row.error(fmt::format("the id {} is that of line {} too; every row must have its own", *id,
                                  known->second + 1));
  }
}

}  // namespace harsanyi
