#include "storage/hdf5/dataset.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/hdf5/attribute.hpp"

namespace harsanyi::hdf5 {
namespace {

PropertyList fixed_layout(hid_t place, const std::string& what) {
  PropertyList list{H5Pcreate(H5P_DATASET_CREATE), place, what};
  check(H5Pset_layout(list.get(), H5D_CONTIGUOUS), place, what);
  check(H5Pset_alloc_time(list.get(), H5D_ALLOC_TIME_EARLY), place, what);
  check(H5Pset_fill_time(list.get(), H5D_FILL_TIME_ALLOC), place, what);
  check(H5Pset_obj_track_times(list.get(), false), place, what);
  return list;
}

/// The largest box of whole trailing axes that makes a chunk of at most a MiB, so that a reader who takes
/// consecutive rows unpacks little else.
Shape chunk_of(const Shape& shape, std::size_t element_bytes) {
  constexpr hsize_t most_bytes = hsize_t{1} << 20;
  hsize_t left = std::max<hsize_t>(most_bytes / element_bytes, 1);
  Shape chunk(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    const hsize_t extent = std::max<hsize_t>(shape[axis], 1);
    chunk[axis] = std::clamp<hsize_t>(left, 1, extent);
    left /= extent;
  }
  return chunk;
}

PropertyList compressed_layout(hid_t place, const Shape& shape, hid_t type, const std::string& what) {
  constexpr unsigned level = 4;  // what h5repack and netCDF users take: higher ones cost much and gain little
  PropertyList list{H5Pcreate(H5P_DATASET_CREATE), place, what};
  const Shape chunk = chunk_of(shape, H5Tget_size(type));
  check(H5Pset_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data()), place, what);
  check(H5Pset_shuffle(list.get()), place, what);
  check(H5Pset_deflate(list.get(), level), place, what);
  check(H5Pset_obj_track_times(list.get(), false), place, what);
  return list;
}

Dataspace simple_space(hid_t place, const Shape& shape, const std::string& what) {
  return {shape.empty() ? H5Screate(H5S_SCALAR)
                        : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
          place, what};
}

/// The file's dataspace of `dataset` with `box` selected.
Dataspace selected_space(const Dataset& dataset, const Box& box, const std::string& what) {
  Dataspace space{H5Dget_space(dataset.get()), dataset.get(), what};
  if (!box.count.empty())
    check(H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, box.first.data(), nullptr, box.count.data(),
                              nullptr),
          dataset.get(), what);
  return space;
}

std::string_view kind_of_link(H5L_type_t type) {
  return type == H5L_TYPE_SOFT       ? "a soft link"
         : type == H5L_TYPE_EXTERNAL ? "a link to another file"
                                     : "a link";
}

/// We make data sets that lie in their own file, in one piece or, compressed copies, in chunks. Others would
/// have the reader follow what a damaged file holds, or read and write any other file that external storage
/// names.
void check_storage(const Dataset& dataset) {
  const PropertyList list{H5Dget_create_plist(dataset.get()), dataset.get(),
                          "cannot read a data set's layout"};
  const H5D_layout_t layout = H5Pget_layout(list.get());
  if ((layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED) || H5Pget_external_count(list.get()) != 0)
    throw damaged_file(dataset.get(),
                       fmt::format("the data set '{}' is not stored in one piece or in chunks inside "
                                   "the file",
                                   name_of(dataset)));
}

/// A damaged header may claim any extent: no buffer is made for more than the file can hold. Of compressed
/// data sets, that is 1,032 times its size, the most that deflate packs.
void check_extent(const Dataset& dataset) {
  const File file{H5Iget_file_id(dataset.get()), dataset.get(), "cannot read the file's size"};
  hsize_t file_bytes = 0;
  check(H5Fget_filesize(file.get(), &file_bytes), dataset.get(), "cannot read the file's size");
  const Datatype type{H5Dget_type(dataset.get()), dataset.get(), "cannot read a data set's type"};
  const auto element_bytes = H5Tget_size(type.get());
  constexpr hsize_t most_packed = 1032;
  const hsize_t most_bytes =
      storage_of(dataset) == Storage::compressed ? file_bytes * most_packed : file_bytes;
  if (element_bytes == 0 || elements_of(shape_of(dataset)) > most_bytes / element_bytes)
    throw damaged_file(dataset.get(),
                       fmt::format("the data set '{}' claims the shape [{}], more than the file's {} "
                                   "bytes can hold",
                                   name_of(dataset), fmt::join(shape_of(dataset), ", "), file_bytes));
}

[[noreturn]] void refuse_chunks(const Dataset& dataset, std::string_view what) {
  throw damaged_file(dataset.get(),
                     fmt::format("the data set '{}' is stored in chunks, and {}", name_of(dataset), what));
}

/// True for shuffle and deflate, in this order.
bool has_our_filters(const PropertyList& list) {
  constexpr std::array expected{H5Z_FILTER_SHUFFLE, H5Z_FILTER_DEFLATE};
  if (H5Pget_nfilters(list.get()) != static_cast<int>(expected.size())) return false;
  for (unsigned i = 0; i < expected.size(); ++i) {
    unsigned flags = 0;
    std::size_t values = 0;
    if (H5Pget_filter2(list.get(), i, &flags, &values, nullptr, 0, nullptr, nullptr) != expected[i])
      return false;
  }
  return true;
}

/// Moves to the next chunk, the last axis first. False after the last one.
bool advance(Shape& corner, const Shape& chunk, const Shape& shape) {
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    corner[axis] += chunk[axis];
    if (corner[axis] < shape[axis]) return true;
    corner[axis] = 0;
  }
  return false;
}

/// HDF5 1.10 does not look how long a chunk is after its filters, and reads beyond its end if a damaged file
/// names other chunks than were written, or skips a filter. So chunks must be exactly those that
/// `compressed_layout` makes.
void check_chunks(const Dataset& dataset) {
  const std::string what = "cannot read a data set's chunks";
  const PropertyList list{H5Dget_create_plist(dataset.get()), dataset.get(), what};
  if (H5Pget_layout(list.get()) == H5D_CONTIGUOUS) return;
  if (H5Pget_layout(list.get()) != H5D_CHUNKED) refuse_chunks(dataset, "not as `harsanyi export` stores it");
  const Datatype type{H5Dget_type(dataset.get()), dataset.get(), what};
  const Shape shape = shape_of(dataset);
  const Shape expected = chunk_of(shape, H5Tget_size(type.get()));
  Shape chunk(shape.size());
  if (H5Pget_chunk(list.get(), static_cast<int>(chunk.size()), chunk.data()) !=
          static_cast<int>(chunk.size()) ||
      chunk != expected || !has_our_filters(list))
    refuse_chunks(dataset, "in others than `harsanyi export` makes");
  Shape corner(shape.size(), 0);
  do {
    unsigned skipped_filters = 0;
    check(H5Dget_chunk_info_by_coord(dataset.get(), corner.data(), &skipped_filters, nullptr, nullptr),
          dataset.get(), what);
    if (skipped_filters != 0) refuse_chunks(dataset, "one of them claims to be without filters");
  } while (advance(corner, chunk, shape));
}

}  // namespace

hsize_t elements_of(const Shape& shape) noexcept {
  hsize_t count = 1;
  for (const auto extent : shape)
    if (__builtin_mul_overflow(count, extent, &count)) return ~hsize_t{0};
  return count;
}

std::string name_of(const Dataset& dataset) {
  const auto length = H5Iget_name(dataset.get(), nullptr, 0);
  if (length <= 0) return "?";
  std::string name(static_cast<std::size_t>(length), '\0');
  H5Iget_name(dataset.get(), name.data(), name.size() + 1);
  return name.substr(1);  // without the root's slash
}

Shape shape_of(const Dataset& dataset) {
  const std::string what = "cannot read a data set's shape";
  const Dataspace space{H5Dget_space(dataset.get()), dataset.get(), what};
  const int rank = H5Sget_simple_extent_ndims(space.get());
  check(rank, dataset.get(), what);
  Shape shape(static_cast<std::size_t>(rank));
  if (rank > 0) check(H5Sget_simple_extent_dims(space.get(), shape.data(), nullptr), dataset.get(), what);
  return shape;
}

Dataset create_dataset(hid_t parent, const std::string& name, hid_t file_type, const Shape& shape,
                       hid_t memory_type, const void* fill, Storage storage) {
  const auto what = fmt::format("cannot make the data set '{}' of shape [{}]", name, fmt::join(shape, ", "));
  const auto layout = storage == Storage::compressed ? compressed_layout(parent, shape, file_type, what)
                                                     : fixed_layout(parent, what);
  if (fill != nullptr) check(H5Pset_fill_value(layout.get(), memory_type, fill), parent, what);
  const auto space = simple_space(parent, shape, what);
  return {H5Dcreate2(parent, name.c_str(), file_type, space.get(), H5P_DEFAULT, layout.get(), H5P_DEFAULT),
          parent, what};
}

Storage storage_of(const Dataset& dataset) {
  const std::string what = "cannot read a data set's layout";
  const PropertyList list{H5Dget_create_plist(dataset.get()), dataset.get(), what};
  const auto layout = H5Pget_layout(list.get());
  check(layout, dataset.get(), what);
  return layout == H5D_CONTIGUOUS ? Storage::contiguous : Storage::compressed;
}

void write_values(const Dataset& dataset, const Box& box, hid_t memory_type, const void* values) {
  const auto what = fmt::format("cannot write to the data set '{}'", name_of(dataset));
  const auto space = selected_space(dataset, box, what);
  const auto memory = simple_space(dataset.get(), box.count, what);
  check(H5Dwrite(dataset.get(), memory_type, memory.get(), space.get(), H5P_DEFAULT, values), dataset.get(),
        what);
}

void read_values(const Dataset& dataset, const Box& box, hid_t memory_type, void* values) {
  const auto what = fmt::format("cannot read the data set '{}'", name_of(dataset));
  const auto space = selected_space(dataset, box, what);
  const auto memory = simple_space(dataset.get(), box.count, what);
  check(H5Dread(dataset.get(), memory_type, memory.get(), space.get(), H5P_DEFAULT, values), dataset.get(),
        what);
}

Dataset create_texts(hid_t parent, const std::string& name, const std::vector<std::string>& texts) {
  std::size_t bytes = 1;
  for (const auto& text : texts) {
    require_no_nul(parent, name, text);
    bytes = std::max(bytes, text.size());
  }
  std::string padded;
  padded.reserve(bytes * texts.size());
  for (const auto& text : texts) padded.append(text).append(bytes - text.size(), '\0');
  const auto type = text_type(parent, bytes);
  auto dataset = create_dataset(parent, name, type.get(), {texts.size()}, type.get(), nullptr);
  write_values(dataset, whole({texts.size()}), type.get(), padded.data());
  write_text(dataset.get(), "_Encoding", "utf-8");
  return dataset;
}

void require_own_object(hid_t parent, const std::string& path) {
  for (std::size_t end = 0; end != std::string::npos;) {
    end = path.find('/', end + 1);
    const std::string part = path.substr(0, end);
    if (H5Lexists(parent, part.c_str(), H5P_DEFAULT) <= 0)
      throw damaged_file(parent, fmt::format("it lacks '{}'", path));
    H5L_info_t info{};
    check(H5Lget_info(parent, part.c_str(), &info, H5P_DEFAULT), parent,
          fmt::format("cannot look up '{}'", path));
    if (info.type != H5L_TYPE_HARD)
      throw damaged_file(
          parent, fmt::format("'{}' is {}, and the file must hold it itself", part, kind_of_link(info.type)));
  }
}

void require_type(const Dataset& dataset, hid_t file_type) {
  const Datatype stored{H5Dget_type(dataset.get()), dataset.get(), "cannot read a data set's type"};
  if (H5Tequal(stored.get(), file_type) <= 0)
    throw damaged_file(dataset.get(), fmt::format("the data set '{}' has another type than its format says",
                                                  name_of(dataset)));
}

Dataset open(hid_t parent, const std::string& name) {
  require_own_object(parent, name);
  Dataset dataset{H5Dopen2(parent, name.c_str(), H5P_DEFAULT), parent,
                  fmt::format("cannot open the data set '{}'", name)};
  check_storage(dataset);
  check_extent(dataset);
  check_chunks(dataset);
  return dataset;
}

Dataset open(hid_t parent, const std::string& name, const Shape& expected) {
  auto dataset = open(parent, name);
  if (shape_of(dataset) != expected)
    throw damaged_file(parent, fmt::format("the data set '{}' has the shape [{}], not [{}]", name,
                                           fmt::join(shape_of(dataset), ", "), fmt::join(expected, ", ")));
  return dataset;
}

hsize_t length_of(hid_t parent, const std::string& name) {
  const auto shape = shape_of(open(parent, name));
  if (shape.size() != 1)
    throw damaged_file(parent, fmt::format("the data set '{}' has {} axes, not 1", name, shape.size()));
  return shape[0];
}

std::vector<std::string> read_texts(hid_t parent, const std::string& name, hsize_t expected) {
  const auto dataset = open(parent, name, {expected});
  const Datatype stored{H5Dget_type(dataset.get()), parent, "cannot read a data set's type"};
  if (H5Tget_class(stored.get()) != H5T_STRING || H5Tis_variable_str(stored.get()) != 0)
    throw damaged_file(parent, fmt::format("the data set '{}' holds no strings of fixed length", name));
  const auto bytes = H5Tget_size(stored.get());
  const auto type = text_type(parent, bytes);
  std::string padded(bytes * expected, '\0');
  read_values(dataset, whole({expected}), type.get(), padded.data());
  std::vector<std::string> texts;
  texts.reserve(expected);
  for (hsize_t i = 0; i < expected; ++i) {
    const auto text = padded.substr(i * bytes, bytes);
    texts.push_back(text.substr(0, text.find('\0')));
  }
  return texts;
}

}  // namespace harsanyi::hdf5
