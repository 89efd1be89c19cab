#include "partition/base/identity.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

Identity identity_of(const std::map<std::string, std::string>& facts) {
  Identity identity;
  for (const auto& [name, value] : facts) identity.set(name, value);
  return identity;
}

TEST(Identity, DigestDoesNotDependOnTheOrderOfSetting) {
  Identity a;
  a.set("weights", "12ab");
  a.set("epsilon", "1e-05");
  Identity b;
  b.set("epsilon", "1e-05");
  b.set("weights", "12ab");
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.digest(), b.digest());
  EXPECT_EQ(a.digest().size(), 64U);
}

TEST(Identity, DigestSeparatesNamesFromValuesAndFactsFromEachOther) {
  const auto one = identity_of({{"a", "b"}});
  EXPECT_NE(one.digest(), identity_of({{"ab", ""}}).digest());
  EXPECT_NE(one.digest(), identity_of({{"", "ab"}}).digest());
  EXPECT_NE(identity_of({{"a", "1\n1:b=1:2"}}).digest(), identity_of({{"a", "1"}, {"b", "2"}}).digest());
  EXPECT_NE(Identity{}.digest(), one.digest());
}

TEST(Identity, DigestOfKnownFactsNeverMoves) {
  // Written into files: a change of the rule would orphan every cube. sha256 of "7:epsilon=5:1e-05\n".
  EXPECT_EQ(identity_of({{"epsilon", "1e-05"}}).digest(),
            "2a36f8be34e237c00b2ec037d112cf23733d52ed4f9904815c4356ed13418d1f");
}

TEST(Identity, DifferencesNameEveryFactThatIsNotTheSame) {
  const auto here = identity_of({{"epsilon", "1e-05"}, {"mask", "drop"}, {"seed", "42"}});
  const auto other = identity_of({{"epsilon", "0"}, {"seed", "42"}, {"tokenizer", "99"}});
  EXPECT_EQ(here.differences(other), (std::vector<std::string>{"epsilon: 1e-05 here, 0 in the other",
                                                               "mask: drop here, absent in the other",
                                                               "tokenizer: absent here, 99 in the other"}));
  EXPECT_TRUE(here.differences(here).empty());
}

}  // namespace
}  // namespace harsanyi
