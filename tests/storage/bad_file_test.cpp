#include <array>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "storage/cube/dividend_cube.hpp"
#include "storage/file_kind.hpp"
#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/file.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

#ifdef __SANITIZE_ADDRESS__
// Damaged headers make HDF5 ask for a terabyte (malloc then fails, as it does without the sanitizer) and lose
// memory. NOLINTBEGIN(bugprone-reserved-identifier): the sanitizer's names
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() {
  return "allocator_may_return_null=1";
}
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libhdf5";
}
// NOLINTEND(bugprone-reserved-identifier)
#endif

namespace harsanyi::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class BadFile : public testing::Test {
 protected:
  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "cube.h5";

  void make_cube() const { static_cast<void>(DividendCube::open_or_create(file_, small_cube())); }
  /// What a reader says; a writer must say the same, or nearly.
  [[nodiscard]] std::string read_error() const {
    return storage_error([&] { static_cast<void>(DividendCube::open(file_)); });
  }
  [[nodiscard]] std::string write_error() const {
    return storage_error([&] { static_cast<void>(DividendCube::open_or_create(file_, small_cube())); });
  }
  template <class Change>
  void change(Change&& change_file) const {
    const auto file = hdf5::open_file(file_, hdf5::Access::read_write);
    change_file(file.get());
  }
};

TEST_F(BadFile, Missing) {
  EXPECT_THAT(read_error(),
              AllOf(HasSubstr(file_.string()), HasSubstr("No such file"), HasSubstr("check the path")));
}

TEST_F(BadFile, AFolder) {
  std::filesystem::create_directory(file_);
  EXPECT_THAT(read_error(), HasSubstr("it is a folder"));
  EXPECT_THAT(write_error(), HasSubstr("it is a folder"));
}

TEST_F(BadFile, InAMissingFolder) {
  file_ = folder_ / "no" / "cube.h5";
  EXPECT_THAT(write_error(), AllOf(HasSubstr("there is no folder"), HasSubstr("make it")));
}

TEST_F(BadFile, NotHdf5) {
  write_content(file_, "# Just some text\n");
  EXPECT_THAT(read_error(), AllOf(HasSubstr(file_.string()), HasSubstr("not an HDF5 file (17 bytes long)")));
  EXPECT_THAT(write_error(), HasSubstr("not an HDF5 file"));
  EXPECT_EQ(content_of(file_), "# Just some text\n");
}

TEST_F(BadFile, Empty) {
  write_content(file_, "");
  EXPECT_THAT(read_error(), HasSubstr("not an HDF5 file (0 bytes long)"));
}

TEST_F(BadFile, CutShort) {
  make_cube();
  const auto whole = content_of(file_);
  for (const auto length : {whole.size() - 1, whole.size() / 2, std::size_t{100}}) {
    write_content(file_, std::string_view{whole}.substr(0, length));
    EXPECT_THAT(read_error(), AllOf(HasSubstr(file_.string()), HasSubstr("damaged"))) << length;
    EXPECT_THAT(write_error(), HasSubstr("damaged")) << length;
  }
}

TEST_F(BadFile, OfAnotherProgram) {
  static_cast<void>(hdf5::create_file(file_));
  EXPECT_THAT(read_error(), HasSubstr("none that harsanyi wrote"));
  EXPECT_THAT(storage_error([&] { static_cast<void>(kind_of(file_)); }),
              HasSubstr("none that harsanyi wrote"));
}

TEST_F(BadFile, OfAnotherKind) {
  write_groups(file_, small_groups(), {}, false);
  EXPECT_THAT(read_error(), AllOf(HasSubstr("'salient-groups'"), HasSubstr("'dividend-cube' is needed")));
}

TEST_F(BadFile, OfAnUnknownKind) {
  static_cast<void>(hdf5::create_file(file_));
  change([](hid_t root) { hdf5::write_text(root, "format", "dream-diary"); });
  EXPECT_THAT(storage_error([&] { static_cast<void>(kind_of(file_)); }), HasSubstr("'dream-diary'"));
}

class OtherVersion : public BadFile,
                     public testing::WithParamInterface<std::tuple<const char*, int, const char*>> {};

TEST_P(OtherVersion, IsRefusedWithItsNumberAndTheRemedy) {
  make_cube();
  const auto& [attribute, version, remedy] = GetParam();
  change([&, name = attribute, number = version](hid_t root) {
    ASSERT_GE(H5Adelete(root, name), 0);
    hdf5::write_integer(root, name, number);
  });
  EXPECT_THAT(read_error(), AllOf(HasSubstr("version"), HasSubstr("'dividend-cube'"), HasSubstr(remedy)));
  EXPECT_THAT(write_error(), HasSubstr(remedy));
}

INSTANTIATE_TEST_SUITE_P(BadFile, OtherVersion,
                         testing::Values(std::tuple{"format_major", 2, "use a newer harsanyi"},
                                         std::tuple{"format_major", 0, "use an older harsanyi"},
                                         std::tuple{"format_minor", 9, "use a newer harsanyi"}),
                         [](const auto& test) {
                           return fmt::format("{}{}", std::get<0>(test.param), std::get<1>(test.param));
                         });

TEST_F(BadFile, WithoutADataSet) {
  for (const char* name : {"value", "unit_done", "unit_checksum", "complete", "sample_gold", "unit_layers"}) {
    make_cube();
    change([&](hid_t root) { ASSERT_GE(H5Ldelete(root, name, H5P_DEFAULT), 0); });
    EXPECT_THAT(read_error(), AllOf(HasSubstr("damaged"), HasSubstr(name))) << name;
    std::filesystem::remove(file_);
  }
}

TEST_F(BadFile, WithADataSetOfAnotherShape) {
  for (const char* name :
       {"value", "unit_done", "unit_checksum", "sample_row", "unit_samples", "pool_samples"}) {
    make_cube();
    change([&](hid_t root) {
      ASSERT_GE(H5Ldelete(root, name, H5P_DEFAULT), 0);
      static_cast<void>(hdf5::create<double>(root, name, {3, 6, 4, 1}, 0.0));
    });
    EXPECT_THAT(read_error(), AllOf(HasSubstr("damaged"), HasSubstr(name))) << name;
    std::filesystem::remove(file_);
  }
}

TEST_F(BadFile, WithAnAttributeThatNamesNoConvention) {
  make_cube();
  change([](hid_t root) {
    ASSERT_GE(H5Adelete(root, "mask_kind"), 0);
    hdf5::write_text(root, "mask_kind", "tickle");
  });
  EXPECT_THAT(read_error(), AllOf(HasSubstr("damaged"), HasSubstr("'tickle' is no mask kind")));
}

TEST_F(BadFile, WithAnAttributeOfAnotherType) {
  make_cube();
  change([](hid_t root) {
    ASSERT_GE(H5Adelete(root, "players"), 0);
    hdf5::write_text(root, "players", "two");
  });
  EXPECT_THAT(read_error(), AllOf(HasSubstr("damaged"), HasSubstr("'players'")));
}

TEST_F(BadFile, WithAnIdentityThatIsNotItsDigests) {
  make_cube();
  change([](hid_t root) {
    const hdf5::Group identity{H5Gopen2(root, "identity", H5P_DEFAULT), root, "open"};
    hdf5::write_text(identity.get(), "slipped in", "later");
  });
  EXPECT_THAT(read_error(), AllOf(HasSubstr("damaged"), HasSubstr("identity_digest")));
}

TEST_F(BadFile, WithAUnitOutsideTheTable) {
  make_cube();
  change([](hid_t root) {
    const std::vector<std::int32_t> bounds{0, 99};
    hdf5::write<std::int32_t>(hdf5::open(root, "unit_layers"), {{1, 0}, {1, 2}}, bounds);
  });
  EXPECT_THAT(read_error(), AllOf(HasSubstr("'unit_layers' gives unit 1 the range 0 to 99")));
}

// ---- what would have a reader follow the file elsewhere, or a writer write there

void link_to_another_file(hid_t root, const char* name, const std::filesystem::path& other) {
  ASSERT_GE(H5Ldelete(root, name, H5P_DEFAULT), 0);
  ASSERT_GE(H5Lcreate_external(other.c_str(), name, root, name, H5P_DEFAULT, H5P_DEFAULT), 0);
}

TEST_F(BadFile, WithADataSetOrGroupInAnotherFile) {
  const auto other = folder_ / "other.h5";
  static_cast<void>(DividendCube::open_or_create(other, small_cube()));
  for (const char* name : {"value", "unit_done", "unit", "identity"}) {
    make_cube();
    change([&](hid_t root) { link_to_another_file(root, name, other); });
    EXPECT_THAT(read_error(),
                AllOf(HasSubstr("damaged"), HasSubstr(name), HasSubstr("link to another file")));
    EXPECT_THAT(write_error(), HasSubstr("link to another file"));
    std::filesystem::remove(file_);
  }
}

TEST_F(BadFile, WithASoftLink) {
  make_cube();
  change([](hid_t root) {
    ASSERT_GE(H5Lmove(root, "value", root, "elsewhere", H5P_DEFAULT, H5P_DEFAULT), 0);
    ASSERT_GE(H5Lcreate_soft("elsewhere", root, "value", H5P_DEFAULT, H5P_DEFAULT), 0);
  });
  EXPECT_THAT(read_error(), AllOf(HasSubstr("'value'"), HasSubstr("a soft link")));
}

/// Puts a data set in the place of 'value', made as `set_layout` says.
template <class SetLayout>
void replace_value(hid_t root, SetLayout&& set_layout) {
  ASSERT_GE(H5Ldelete(root, "value", H5P_DEFAULT), 0);
  const std::array<hsize_t, 3> shape{3, 7, 4};
  const hdf5::Dataspace space{H5Screate_simple(3, shape.data(), nullptr), root, "space"};
  const hdf5::PropertyList list{H5Pcreate(H5P_DATASET_CREATE), root, "list"};
  set_layout(list.get());
  const hdf5::Dataset dataset{
      H5Dcreate2(root, "value", H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, list.get(), H5P_DEFAULT), root,
      "value"};
}

TEST_F(BadFile, WhoseValuesLieInAFileOfAnyName) {
  make_cube();
  const auto victim = folder_ / "victim.txt";
  write_content(victim, std::string(4096, 'v'));
  change([&](hid_t root) {
    replace_value(root, [&](hid_t list) { H5Pset_external(list, victim.c_str(), 0, H5F_UNLIMITED); });
  });
  EXPECT_THAT(read_error(), AllOf(HasSubstr("damaged"), HasSubstr("'value'"), HasSubstr("inside the file")));
  EXPECT_THAT(write_error(), HasSubstr("inside the file"));
  EXPECT_EQ(content_of(victim), std::string(4096, 'v'));
}

TEST_F(BadFile, WhoseValuesLieInPieces) {
  make_cube();
  change([](hid_t root) {
    replace_value(root, [](hid_t list) {
      const std::array<hsize_t, 3> chunk{1, 1, 4};
      H5Pset_chunk(list, 3, chunk.data());
    });
  });
  EXPECT_THAT(read_error(), HasSubstr("in others than `harsanyi export` makes"));
}

TEST_F(BadFile, WithNumbersOfAnotherType) {
  make_cube();
  change([](hid_t root) {
    ASSERT_GE(H5Ldelete(root, "pool_samples", H5P_DEFAULT), 0);
    static_cast<void>(hdf5::create_from<std::int64_t>(root, "pool_samples", {2}, {5, 2}));
  });
  EXPECT_THAT(read_error(), AllOf(HasSubstr("'pool_samples'"), HasSubstr("another type")));
}

// 2^31 heads would make a list of 6 GB before anything is compared.
TEST_F(BadFile, GroupsOfMoreHeadsThanTheFileHolds) {
  write_groups(file_, small_groups(), {}, false);
  change([](hid_t root) {
    ASSERT_GE(H5Adelete(root, "query_heads"), 0);
    hdf5::write_integer(root, "query_heads", 3 * 715'827'882LL);
  });
  EXPECT_THAT(storage_error([&] { static_cast<void>(read_groups(file_)); }), HasSubstr("'calibrated'"));
}

/// Every byte of the metadata wrong, one at a time: an error or the right description, never a crash.
TEST_F(BadFile, WithAnyDamagedByteNeverCrashesTheReader) {
  make_cube();
  const auto whole = content_of(file_);
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 23) {
    auto damaged = whole;
    damaged[at] = static_cast<char>(~damaged[at]);
    write_content(file_, damaged);
    refused += read_error().empty() ? 0 : 1;
  }
  EXPECT_GT(refused, 0);
}

/// Root may write anywhere, so the effective user becomes nobody for a while.
class AsNobody {
 public:
  AsNobody() : was_root_{geteuid() == 0} {
    if (was_root_) nobody_ = seteuid(65534) == 0;
  }
  ~AsNobody() {
    if (was_root_) static_cast<void>(!seteuid(0));
  }
  [[nodiscard]] bool ok() const { return !was_root_ || nobody_; }

 private:
  bool was_root_;
  bool nobody_ = false;
};

TEST_F(BadFile, InAReadOnlyFolder) {
  using std::filesystem::perms;
  std::filesystem::permissions(folder_.path(), static_cast<perms>(0555));
  std::string message;
  {
    const AsNobody nobody;
    if (!nobody.ok()) GTEST_SKIP() << "cannot give up root's rights here";
    message = write_error();
  }
  std::filesystem::permissions(folder_.path(), perms::owner_all);
  EXPECT_THAT(message,
              AllOf(HasSubstr("Permission denied"), HasSubstr("choose a path that you may write to")));
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(BadFile, InAFolderThatMayNotBeEntered) {
  file_ = folder_ / "locked" / "cube.h5";
  std::filesystem::create_directory(folder_ / "locked");
  std::filesystem::permissions(folder_ / "locked", std::filesystem::perms::none);
  std::string reading;
  std::string writing;
  {
    const AsNobody nobody;
    if (!nobody.ok()) GTEST_SKIP() << "cannot give up root's rights here";
    reading = read_error();
    writing = write_error();
  }
  EXPECT_THAT(reading, HasSubstr("Permission denied"));
  EXPECT_THAT(writing, AllOf(HasSubstr(file_.string()), HasSubstr("permissions")));
}

TEST_F(BadFile, ThatMayNotBeWrittenOrRead) {
  using std::filesystem::perms;
  make_cube();
  std::filesystem::permissions(folder_.path(), static_cast<perms>(0755));
  std::filesystem::permissions(file_, static_cast<perms>(0444));
  std::string read_only;
  std::string no_access;
  {
    const AsNobody nobody;
    if (!nobody.ok()) GTEST_SKIP() << "cannot give up root's rights here";
    read_only = write_error();
  }
  std::filesystem::permissions(file_, perms::none);
  {
    const AsNobody nobody;
    no_access = read_error();
  }
  EXPECT_THAT(read_only, HasSubstr("cannot open for writing (Permission denied)"));
  EXPECT_THAT(no_access, HasSubstr("cannot open for reading (Permission denied)"));
}

}  // namespace
}  // namespace harsanyi::test
