#include "worker/benchmark/prompt_template.hpp"

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

std::string upper(const std::string& field) {
  return field == "a" ? "A" : "{a}";
}

TEST(PromptTemplate, PutsFieldsIntoTheirPlaces) {
  const PromptTemplate prompt{"x {a} y{b}{a} \nz: "};
  EXPECT_EQ(prompt.fields(), (std::vector<std::string>{"a", "b", "a"}));
  EXPECT_EQ(prompt.filled([](const std::string& field) { return field + field; }), "x aa ybbaa \nz: ");
}

TEST(PromptTemplate, LeavesBracesOfTheRowAlone) {
  EXPECT_EQ(PromptTemplate{"{b}-{a}"}.filled(upper), "{a}-A");
}

TEST(PromptTemplate, WithoutFieldsIsItself) {
  EXPECT_TRUE(PromptTemplate{"plain"}.fields().empty());
  EXPECT_EQ(PromptTemplate{""}.filled(upper), "");
}

TEST(PromptTemplate, RefusesBracesWithoutPartner) {
  for (const char* text : {"{a", "a}", "{a{b}}", "{}", "x {", "}{"})
    EXPECT_THROW(PromptTemplate{text}, BenchmarkError) << text;
}

}  // namespace
}  // namespace harsanyi
