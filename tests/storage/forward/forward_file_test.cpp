#include "storage/forward/forward_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/file_format.hpp"
#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/dataset.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(ForwardFile, HoldsEveryTableOfEveryPrompt) {
  const TempFolder folder;
  const auto record = small_forward();
  write_forward(folder / "f.h5", record, false);
  const auto file = open_format(folder / "f.h5", kForward, hdf5::Access::read);
  const auto root = file.get();
  EXPECT_EQ(hdf5::read_integer(root, "prompts"), 2);
  EXPECT_EQ(hdf5::read_text(root, "identity_digest"), record.identity.digest());
  EXPECT_EQ(hdf5::read_text_group(root, "provenance"), record.provenance);
  EXPECT_EQ(hdf5::read_text_group(root, "prompt_0"), record.prompts[0].facts);
  EXPECT_EQ(hdf5::read<std::int32_t>(root, "prompt_0/token_id", {3}), record.prompts[0].tokens);
  EXPECT_THAT(hdf5::read_texts(root, "prompt_0/token_text", 3), ElementsAre("a", " b", "ü"));
  EXPECT_EQ(hdf5::read<float>(root, "prompt_0/logits", {3, 5}), record.prompts[0].logits);
  EXPECT_EQ(hdf5::read<float>(root, "prompt_0/hidden", {3, 3, 4}), record.prompts[0].hidden);
  EXPECT_EQ(hdf5::read<float>(root, "prompt_0/attention", {2, 3, 3, 3}), record.prompts[0].attention);
  EXPECT_THAT(hdf5::read<std::int32_t>(root, "prompt_1/position", {1}), ElementsAre(1));
  EXPECT_EQ(hdf5::read<float>(root, "prompt_1/logits", {1, 5}), record.prompts[1].logits);
  for (const char* absent : {"prompt_1/token_text", "prompt_1/hidden", "prompt_1/attention"})
    EXPECT_THROW(static_cast<void>(hdf5::open(root, absent)), StorageError) << absent;
}

TEST(ForwardFile, DroppedBeforeItsEndLeavesNothing) {
  const TempFolder folder;
  const auto record = small_forward();
  {
    ForwardWriter writer{folder / "f.h5", record.shape, record.identity, record.provenance, false};
    writer.add(record.prompts[0]);
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ForwardFile, RefusesTablesThatDoNotFitTheModel) {
  const TempFolder folder;
  const auto error_of = [&](auto&& spoil) {
    auto record = small_forward();
    spoil(record);
    return storage_error([&] { write_forward(folder / "f.h5", record, false); });
  };
  EXPECT_THAT(error_of([](auto& r) { r.prompts[0].logits.pop_back(); }), HasSubstr("'logits'"));
  EXPECT_THAT(error_of([](auto& r) { r.prompts[0].hidden.pop_back(); }), HasSubstr("'hidden'"));
  EXPECT_THAT(error_of([](auto& r) { r.prompts[0].attention.push_back(0); }), HasSubstr("'attention'"));
  EXPECT_THAT(error_of([](auto& r) { r.prompts[0].token_texts.pop_back(); }), HasSubstr("'token_text'"));
  EXPECT_THAT(error_of([](auto& r) { r.prompts[1].positions = {2}; }), HasSubstr("position 2"));
  EXPECT_THAT(error_of([](auto& r) { r.prompts[1].tokens.clear(); }), HasSubstr("without tokens"));
  EXPECT_THAT(error_of([](auto& r) { r.shape.heads = 0; }), HasSubstr("0 heads"));
  EXPECT_THAT(error_of([](auto& r) { r.prompts.clear(); }), HasSubstr("no prompt"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ForwardFile, IsReplacedOnlyOnDemand) {
  const TempFolder folder;
  write_forward(folder / "f.h5", small_forward(), false);
  EXPECT_THAT(storage_error([&] { write_forward(folder / "f.h5", small_forward(), false); }),
              HasSubstr("the file exists"));
  EXPECT_NO_THROW(write_forward(folder / "f.h5", small_forward(), true));
}

}  // namespace
}  // namespace harsanyi::test
