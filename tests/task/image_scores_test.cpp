#include <pim/task/image/image_scores.hpp>

#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary.hpp"
using pim::Matrix;
using pim::task::confusion;
using pim::task::top1;
using pim::task::top_k;
using pim::test::message_of;
using Labels = std::vector<int>;

TEST_CASE("top1 and confusion: counted by hand", "[task][image]") {
  const Labels answers = {0, 1, 1, 2, 2, 2}, labels = {0, 1, 2, 2, 0, 2};
  CHECK(top1(answers, labels) == Approx(4.0 / 6.0));
  const auto counts = confusion(answers, labels, 3);
  CHECK(counts == (pim::Matrix_<std::int64_t>(3, 3) << 1, 0, 1, 0, 1, 0, 0, 1, 2).finished());
}

TEST_CASE("top_k: the label among the k largest, of equals the first", "[task][image]") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN();
  const Matrix logits =
      (Matrix(4, 4) << 0.1F, 0.9F, 0.5F, 0.2F, 1, 1, 1, 1, -1, -2, -3, -4, nan, nan, nan, nan).finished();
  const Labels labels = {2, 1, 3, 0};
  CHECK(top_k(logits, labels, 1) == 0.0);
  CHECK(top_k(logits, labels, 2) == 0.5);
  CHECK(top_k(logits, labels, 3) == 0.5);
  CHECK(top_k(logits, labels, 4) == 0.75);
}

TEST_CASE("answers: a row with a NaN has none, is wrong whatever its label, and is taken for no class",
          "[task][image]") {
  constexpr float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  const Matrix logits = (Matrix(5, 3) << nan, nan, nan, nan, 1, 2, 3, 3, 1, -inf, -inf, -inf, 0, inf, 2).finished();
  const Labels given = pim::task::answers(logits), labels = {0, 0, 0, 0, 1};
  CHECK(given == Labels{pim::task::no_answer, pim::task::no_answer, 0, 0, 1});
  CHECK(top1(given, labels) == Approx(3.0 / 5.0));
  const auto counts = confusion(given, labels, 3);
  CHECK(counts == (pim::Matrix_<std::int64_t>(3, 3) << 2, 0, 0, 0, 1, 0, 0, 0, 0).finished());
}

TEST_CASE("image scores: what does not fit is said", "[task][image]") {
  const Labels none, one = {1}, two = {0, 5};
  const Matrix logits = Matrix::Zero(2, 3);
  CHECK(message_of([&] { top1(one, two); }) == "top1: 1 answers for 2 labels; expected as many, and at least one");
  CHECK(message_of([&] { top1(none, none); }) == "top1: 0 answers for 0 labels; expected as many, and at least one");
  CHECK(message_of([&] { top_k(logits, two, 4); }) == "top_k: k is 4, expected 1 to 3");
  CHECK(message_of([&] { top_k(logits, two, 1); }) == "top_k: class 5 of 3; does the network fit the data?");
  CHECK(message_of([&] { confusion(two, two, 5); }) == "confusion: class 5 of 5; does the network fit the data?");
  CHECK_THAT(message_of([&] { confusion(one, Labels{-1}, 5); }), ContainsSubstring("class -1 of 5"));
}
