#include "storage/hdf5/attribute.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "storage/hdf5/dataset.hpp"

namespace harsanyi::hdf5 {
namespace {

void write_scalar(hid_t object, const std::string& name, hid_t file_type, hid_t memory_type,
                  const void* value) {
  const auto what = fmt::format("cannot write attribute '{}'", name);
  const Dataspace scalar{H5Screate(H5S_SCALAR), object, what};
  const Attribute attribute{
      H5Acreate2(object, name.c_str(), file_type, scalar.get(), H5P_DEFAULT, H5P_DEFAULT), object, what};
  check(H5Awrite(attribute.get(), memory_type, value), object, what);
}

/// Whether an attribute's type is what the writers make of `type`; of strings the length is free.
bool is_of_type(hid_t stored, hid_t type) {
  if (H5Tget_class(type) != H5T_STRING) return H5Tequal(stored, type) > 0;
  return H5Tget_class(stored) == H5T_STRING && H5Tis_variable_str(stored) == 0;
}

/// Opens an attribute for reading one value.
Attribute open_scalar(hid_t object, const std::string& name, hid_t file_type) {
  if (!has_attribute(object, name))
    throw damaged_file(object, fmt::format("it lacks the attribute '{}'", name));
  const auto what = fmt::format("cannot open attribute '{}'", name);
  Attribute attribute{H5Aopen(object, name.c_str(), H5P_DEFAULT), object, what};
  const Datatype type{H5Aget_type(attribute.get()), object, what};
  const Dataspace space{H5Aget_space(attribute.get()), object, what};
  if (!is_of_type(type.get(), file_type) || H5Sget_simple_extent_npoints(space.get()) != 1)
    throw damaged_file(object, fmt::format("the attribute '{}' has another type than its format says", name));
  return attribute;
}

herr_t collect_name(hid_t /*group*/, const char* name, const H5A_info_t* /*info*/, void* names) {
  static_cast<std::vector<std::string>*>(names)->emplace_back(name);
  return 0;
}

}  // namespace

Datatype text_type(hid_t place, std::size_t bytes) {
  constexpr std::string_view what = "cannot make a string type";
  Datatype type{H5Tcopy(H5T_C_S1), place, what};
  check(H5Tset_size(type.get(), std::max<std::size_t>(bytes, 1)), place, what);
  check(H5Tset_strpad(type.get(), H5T_STR_NULLPAD), place, what);
  check(H5Tset_cset(type.get(), H5T_CSET_UTF8), place, what);
  return type;
}

void require_no_nul(hid_t place, const std::string& name, std::string_view text) {
  if (text.find('\0') == std::string_view::npos) return;
  throw StorageError{fmt::format(
      "{}: cannot write '{}' (its text holds a NUL character, where strings end); take the character out",
      file_of(place), name)};
}

void write_text(hid_t object, const std::string& name, std::string_view text) {
  require_no_nul(object, name, text);
  if (text.size() > kLongestText)
    throw StorageError{
        fmt::format("{}: cannot write attribute '{}' (it is {} bytes long, and {} is the limit); shorten it",
                    file_of(object), name, text.size(), kLongestText)};
  const auto type = text_type(object, text.size());
  write_scalar(object, name, type.get(), type.get(), text.empty() ? "" : text.data());
}

void write_integer(hid_t object, const std::string& name, std::int64_t number) {
  write_scalar(object, name, H5T_STD_I64LE, H5T_NATIVE_INT64, &number);
}

void write_real(hid_t object, const std::string& name, double number) {
  write_scalar(object, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &number);
}

bool has_attribute(hid_t object, const std::string& name) {
  return H5Aexists(object, name.c_str()) > 0;
}

std::string read_text(hid_t object, const std::string& name) {
  const auto attribute = open_scalar(object, name, H5T_C_S1);
  const auto what = fmt::format("cannot read attribute '{}'", name);
  const Datatype stored{H5Aget_type(attribute.get()), object, what};
  const auto bytes = H5Tget_size(stored.get());
  if (bytes > kLongestText)
    throw damaged_file(object, fmt::format("the attribute '{}' claims {} bytes of text", name, bytes));
  const auto type = text_type(object, bytes);
  std::string text(bytes, '\0');
  check(H5Aread(attribute.get(), type.get(), text.data()), object, what);
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

std::int64_t read_integer(hid_t object, const std::string& name) {
  const auto attribute = open_scalar(object, name, H5T_STD_I64LE);
  std::int64_t number = 0;
  check(H5Aread(attribute.get(), H5T_NATIVE_INT64, &number), object,
        fmt::format("cannot read attribute '{}'", name));
  return number;
}

int read_integer(hid_t object, const std::string& name, int least, int most) {
  const auto number = read_integer(object, name);
  if (number < least || number > most)
    throw damaged_file(object,
                       fmt::format("the attribute '{}' is {}, outside {} to {}", name, number, least, most));
  return static_cast<int>(number);
}

double read_real(hid_t object, const std::string& name) {
  const auto attribute = open_scalar(object, name, H5T_IEEE_F64LE);
  double number = 0.0;
  check(H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &number), object,
        fmt::format("cannot read attribute '{}'", name));
  return number;
}

void write_text_group(hid_t parent, const std::string& name,
                      const std::map<std::string, std::string>& texts) {
  const Group group{H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), parent,
                    fmt::format("cannot make group '{}'", name)};
  for (const auto& [key, text] : texts) write_text(group.get(), key, text);
}

std::map<std::string, std::string> read_text_group(hid_t parent, const std::string& name) {
  require_own_object(parent, name);
  const Group group{H5Gopen2(parent, name.c_str(), H5P_DEFAULT), parent,
                    fmt::format("cannot open group '{}'", name)};
  std::vector<std::string> names;
  hsize_t position = 0;
  check(H5Aiterate2(group.get(), H5_INDEX_NAME, H5_ITER_INC, &position, collect_name, &names), parent,
        fmt::format("cannot list the attributes of group '{}'", name));
  std::map<std::string, std::string> texts;
  for (const auto& key : names) texts.emplace(key, read_text(group.get(), key));
  return texts;
}

}  // namespace harsanyi::hdf5
