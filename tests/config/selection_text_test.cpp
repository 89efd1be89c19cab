#include "orchestrator/config/selection_text.hpp"

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

TEST(LayerList, NamesLayersAndRanges) {
  EXPECT_EQ(LayerList::parse("0-2,4")->among(6), (std::vector<bool>{true, true, true, false, true, false}));
  EXPECT_EQ(LayerList::parse("5")->among(6), (std::vector<bool>{false, false, false, false, false, true}));
  EXPECT_EQ(LayerList::parse("all")->among(2), (std::vector<bool>{true, true}));
  EXPECT_EQ(LayerList{}.among(2), (std::vector<bool>{true, true}));
  EXPECT_EQ(LayerList::parse("none")->among(2), (std::vector<bool>{false, false}));
  EXPECT_EQ(LayerList::of({1}).among(2), (std::vector<bool>{false, true}));
  EXPECT_EQ(LayerList::of({}), LayerList::parse("none"));
}

TEST(LayerList, IsWrittenAsItIsRead) {
  for (const char* text : {"all", "none", "3", "0-3,7", "7,0-3", "1-1"}) {
    const auto list = LayerList::parse(text);
    ASSERT_TRUE(list) << text;
    EXPECT_EQ(LayerList::parse(list->text()), list) << text;
  }
}

TEST(LayerList, RefusesWhatIsNoList) {
  for (const char* text :
       {"", ",", "1,", "3-1", "-1", "a", "1-2-3", "1 ,2", "+1", "99999999999", "1000000001"})
    EXPECT_FALSE(LayerList::parse(text)) << text;
}

TEST(LayerList, RefusesLayersThatTheModelLacks) {
  try {
    (void)LayerList::parse("0-3,7")->among(7);
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_STREQ(e.what(), "--layers 0-3,7: the model's layers are 0-6");
  }
}

TEST(LayerCoalition, HasThreeSpellings) {
  for (const char* text : {"3:{0,2}", "3:0b101", "3:5", "3:{2,0}"}) {
    const auto mask = LayerCoalition::parse(text);
    ASSERT_TRUE(mask) << text;
    EXPECT_EQ(mask->layer, LayerId{3});
    EXPECT_EQ(mask->present, Coalition{5});
    EXPECT_EQ(mask->text(), "3:{0,2}");
  }
  EXPECT_EQ(LayerCoalition::parse("0:{}")->present, Coalition{});
  EXPECT_EQ(LayerCoalition::parse("0:{}")->text(), "0:{}");
  EXPECT_EQ(LayerCoalition::parse("0:0")->present, Coalition{});
}

TEST(LayerCoalition, RefusesWhatNamesNoCoalition) {
  for (const char* text : {"", "3", "3:", ":3", "3:{", "3:{0,}", "3:{16}", "3:65536", "3:0b", "3:0b2", "x:1",
                           "-1:1", "3:-1", "3:{-1}", "3:0x5"})
    EXPECT_FALSE(LayerCoalition::parse(text)) << text;
}

TEST(TokenList, IsWrittenAsItIsRead) {
  EXPECT_EQ(TokenList::parse("1,22,333")->ids, (std::vector<std::int32_t>{1, 22, 333}));
  EXPECT_EQ(TokenList::parse("1,22,333")->text(), "1,22,333");
  for (const char* text : {"", "1,,2", "1, 2", "-1", "2147483648"})
    EXPECT_FALSE(TokenList::parse(text)) << text;
}

}  // namespace
}  // namespace harsanyi
