#include "partition/base/named_enum.hpp"

#include <gtest/gtest.h>

#include "partition/game/conventions.hpp"

namespace harsanyi {
namespace {

template <class E>
class EveryNamedEnum : public testing::Test {};

using NamedEnums =
    testing::Types<MaskKind, ValueKind, Orientation, ZeroRule, SelectionRule, EditedHeads, Redistribution>;
TYPED_TEST_SUITE(EveryNamedEnum, NamedEnums);

TYPED_TEST(EveryNamedEnum, IsParsedBackFromItsName) {
  for (const auto& [value, name] : EnumNames<TypeParam>::names)
    EXPECT_EQ(parse_enum<TypeParam>(name_of(value)), value);
}

TYPED_TEST(EveryNamedEnum, NamesTheAllowedWordsWhenAWordIsUnknown) {
  try {
    (void)parse_enum<TypeParam>("nonsense");
    FAIL() << "an unknown word was accepted";
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    for (const auto& [value, name] : EnumNames<TypeParam>::names)
      EXPECT_NE(text.find(name), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace harsanyi
