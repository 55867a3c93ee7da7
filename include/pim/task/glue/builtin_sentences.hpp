#pragma once
#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <pim/core/check.hpp>
#include <pim/core/hash.hpp>
#include <pim/core/index.hpp>
#include <pim/core/rng.hpp>
#include <pim/task/glue/builtin_lexicon.hpp>
#include <pim/task/glue/example.hpp>
#include <pim/task/glue/task.hpp>

namespace pim::task {

/// Which part of the built-in sentences; dev_mismatched is of mnli only.
enum class Split { train, dev, dev_mismatched };

namespace builtin {

using lexicon::Concept;
using lexicon::Number;
using Words = std::span<const std::string_view>;

/// The random choices of one example, in the order in which they are made.
class Draw {
 public:
  explicit Draw(const Rng& key) : key_(key) {}
  std::size_t below(std::size_t bound) { return key_.below(next_++, static_cast<std::uint32_t>(bound)); }
  bool chance(float probability) { return key_.uniform(next_++) < probability; }
  bool coin() { return chance(0.5F); }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(list.size())];
  }
  /// Any element but the one at `index`.
  template <class List>
  const auto& pick_other(const List& list, std::size_t index) {
    return list[(index + 1 + below(list.size() - 1)) % list.size()];
  }

 private:
  Rng key_;
  std::uint64_t next_ = 0;
};

/// Joins words by spaces; empty ones are left out.
inline std::string sentence(std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty() && !word.empty()) text += ' ';
    text += word;
  }
  return text;
}

/// One of the two words of one meaning out of a list of meanings.
struct Wording {
  std::span<const Concept> list;
  std::size_t meaning = 0, word = 0;

  std::string_view text() const { return list[meaning].words[word]; }
  operator std::string_view() const { return text(); }
};

inline Wording any_of(Draw& draw, std::span<const Concept> list) {
  const std::size_t meaning = draw.below(list.size());
  return {list, meaning, draw.below(2)};
}
/// Either word of the opposite quality.
inline Wording opposite(Draw& draw, const Wording& quality) {
  return {quality.list, quality.meaning ^ 1, draw.below(2)};
}
inline Wording synonym(const Wording& w) { return {w.list, w.meaning, 1 - w.word}; }
inline Wording other_meaning(Draw& draw, const Wording& w) {
  const std::size_t step = 1 + draw.below(w.list.size() - 1);
  return {w.list, (w.meaning + step) % w.list.size(), draw.below(2)};
}
/// Says the same, half of the time with the other word.
inline Wording reworded(Draw& draw, const Wording& w) { return draw.coin() ? synonym(w) : w; }

inline constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Says `facts` again: fact number `changed` (or none) gets another meaning, each other one may get its synonym, less
/// often beside a changed one, so that the number of new words tells nothing.
template <std::size_t n>
std::array<Wording, n> retold(Draw& draw, const std::array<Wording, n>& facts, std::size_t changed) {
  const float half = static_cast<float>(n) / 2.0F;
  const float rate = changed == none ? 0.5F : (half - 1.0F) / static_cast<float>(n - 1);
  std::array<Wording, n> again = facts;
  for (std::size_t i = 0; i < n; ++i) {
    if (i == changed) {
      again[i] = other_meaning(draw, facts[i]);
    } else if (draw.chance(rate)) {
      again[i] = synonym(facts[i]);
    }
  }
  return again;
}

/// Someone or something that is alive.
inline Wording any_being(Draw& draw) {
  return any_of(draw, draw.chance(0.25F) ? std::span(lexicon::animals) : std::span<const Concept>(lexicon::people));
}

/// Where or when something happened.
inline std::string setting(Draw& draw) {
  const std::size_t form = draw.below(3);
  const Wording place = any_of(draw, lexicon::places);
  return form == 0 ? sentence({"in the", place}) : form == 1 ? sentence({"near the", place}) : "at night";
}

// ---- single sentences ----

/// Acceptable English, or the same with one fault: agreement, determiner, reflexive, auxiliary, order or a missing
/// verb.
inline Example cola(Draw& draw, bool acceptable) {
  const bool many = draw.coin();
  const auto form = [](const Number& n, bool plural) { return plural ? n.many : n.one; };
  const Number& noun = draw.pick(lexicon::nouns);
  const Number& other = draw.pick(lexicon::nouns);
  const bool other_many = draw.coin();
  const Number& doing = draw.pick(lexicon::doings);
  const Number& treatment = draw.pick(lexicon::treatments);
  const std::string_view subject = form(noun, many), object = form(other, other_many);
  const std::string_view place = any_of(draw, lexicon::places).text();
  switch (draw.below(6)) {
    case 0:  // the boys near the king sing
      return {sentence({"the", subject, "near the", object, form(doing, many == acceptable)}), {}, 0};
    case 1: {  // these boys help the king
      constexpr std::array<Number, 3> determiners = {{{"this", "these"}, {"that", "those"}, {"one", "many"}}};
      const std::string_view determiner = form(draw.pick(determiners), many == acceptable);
      return {sentence({determiner, subject, form(treatment, many), "the", object}), {}, 0};
    }
    case 2: {  // mary calls herself
      const bool man = draw.coin();
      const std::string_view name = man ? draw.pick(lexicon::men) : draw.pick(lexicon::women);
      const std::string_view self = man == acceptable ? "himself" : "herself";
      return {sentence({name, "in the", place, treatment.one, self}), {}, 0};
    }
    case 3: {  // the boys can sing
      constexpr auto modals = std::to_array<std::string_view>({"can", "will", "must", "may", "should"});
      return {
          sentence({"the", subject, draw.pick(modals), acceptable ? doing.many : doing.one, "in the", place}), {}, 0};
    }
    case 4:  // the boys help the king
      if (acceptable) return {sentence({"the", subject, form(treatment, many), "the", object, "in the", place}), {}, 0};
      if (draw.coin())
        return {sentence({"the", form(treatment, many), subject, "the", object, "in the", place}), {}, 0};
      return {sentence({subject, "the", form(treatment, many), "the", object, "in the", place}), {}, 0};
    default:  // the boys help the king
      if (acceptable) return {sentence({"the", subject, form(treatment, many), "the", object, "in the", place}), {}, 0};
      if (draw.coin()) return {sentence({"the", subject, "the", object, "in the", place}), {}, 0};
      return {sentence({"the", subject, form(treatment, many), "in the", place}), {}, 0};
  }
}

/// Opinions that add up: strong words count twice as much as mild ones, an adverb strengthens or weakens its word, a
/// negation turns it around and halves it, and the main clause outweighs the other. Raters disagree where little is
/// left.
inline Example sst2(Draw& draw, bool positive) {
  struct Adverb {
    std::string_view word;
    int factor;
  };
  constexpr auto adverbs = std::to_array<Adverb>(
      {{"", 4}, {"", 4}, {"very", 6}, {"really", 6}, {"rather", 2}, {"not", -2}, {"never", -2}, {"hardly", -2}});
  struct Clause {
    std::string text;
    int value;
  };
  const auto clause = [&] {
    const Adverb& adverb = draw.pick(adverbs);
    const bool good = draw.coin();
    const auto& words = good ? lexicon::praise : lexicon::blame;
    const std::size_t word = draw.below(words.size());
    const int strength = word < words.size() / 2 ? 2 : 1;
    return Clause{sentence({"the", draw.pick(lexicon::aspects), "was", adverb.word, words[word]}),
                  (good ? strength : -strength) * adverb.factor};
  };
  while (true) {
    const Clause main = clause(), side = clause();
    const std::size_t form = draw.below(6);
    const int value = form < 2 ? main.value : form == 2 ? main.value + side.value : 2 * main.value + side.value;
    const int mood = static_cast<int>(draw.below(13) + draw.below(13)) - 12;  // of the rater
    if (value + mood == 0 || (value + mood > 0) != positive) continue;
    if (form < 2) return {main.text, {}, 0};
    if (form == 2) return {side.text + " and " + main.text, {}, 0};
    if (form == 3) return {"although " + side.text + " " + main.text, {}, 0};
    if (form == 4) return {main.text + " although " + side.text, {}, 0};
    return {side.text + " but " + main.text, {}, 0};
  }
}

// ---- similarity ----

/// The same event told again, maybe in the passive; or with the roles exchanged, or with another person or deed.
inline Example mrpc(Draw& draw, bool equivalent) {
  const Wording doer = any_being(draw);
  Wording other = any_being(draw);
  while (other.list.data() == doer.list.data() && other.meaning == doer.meaning) other = other_meaning(draw, other);
  const std::array<Wording, 3> event = {doer, any_of(draw, lexicon::dealings), other};
  const std::string where = setting(draw);
  const bool exchanged = !equivalent && draw.coin();
  const std::size_t changed = equivalent || exchanged ? none : draw.below(3);
  auto again = retold(draw, event, changed);
  if (exchanged) std::swap(again[0], again[2]);
  const auto active = [&](const std::array<Wording, 3>& e) {
    return sentence({"the", e[0], e[1], "the", e[2], where});
  };
  const auto passive = [&](const std::array<Wording, 3>& e) {
    return sentence({"the", e[2], "was", e[1], "by the", e[0], where});
  };
  const bool first_passive = draw.chance(0.3F), second_passive = draw.chance(0.3F);
  return {first_passive ? passive(event) : active(event), second_passive ? passive(again) : active(again), 0};
}

/// Five facts, of which `level` stay the same; the score is that number, as uneven raters see it.
inline Example stsb(Draw& draw, std::size_t level) {
  const auto fact = [&](std::span<const Concept> list) { return any_of(draw, list); };
  std::array<Wording, 5> first = {fact(lexicon::qualities), any_being(draw), fact(lexicon::actions),
                                  fact(lexicon::things), fact(lexicon::places)};
  std::array<std::size_t, 5> order = {0, 1, 2, 3, 4};
  for (std::size_t i = 4; i > 0; --i) std::swap(order[i], order[draw.below(i + 1)]);
  std::array<Wording, 5> second = first;
  for (std::size_t k = 0; k < 5; ++k) {
    Wording& w = second[order[k]];
    w = k >= level ? other_meaning(draw, w) : draw.chance(0.3F) ? synonym(w) : w;
  }
  const auto tell = [](const std::array<Wording, 5>& f) {
    return sentence({"the", f[0], f[1], f[2], "the", f[3], "in the", f[4]});
  };
  float noise = 0.0F;  // the mean of three raters, each up to 1.5 off
  for (int rater = 0; rater < 3; ++rater) noise += (static_cast<float>(draw.below(25)) - 12.0F) / 24.0F;
  const float score = std::min(5.0F, std::max(0.0F, static_cast<float>(level) + noise));
  return {tell(first), tell(second), score};
}

/// Two questions: the same if what is asked (how, where, who, when), the errand, the thing and the place agree.
inline Example qqp(Draw& draw, bool duplicate) {
  constexpr auto asked = std::to_array<Concept>({{"how can i", "what is the way to"},
                                                 {"where can i", "in which place can i"},
                                                 {"when can i", "at what time can i"},
                                                 {"why should i", "for what reason should i"}});
  const std::array<Wording, 4> question = {any_of(draw, asked), any_of(draw, lexicon::errands),
                                           any_of(draw, lexicon::things), any_of(draw, lexicon::people)};
  const auto again = retold(draw, question, duplicate ? none : draw.below(4));
  const auto tell = [](const std::array<Wording, 4>& q) { return sentence({q[0], q[1], "my", q[2], "for the", q[3]}); };
  return {tell(question), tell(again), 0};
}

// ---- inference ----

/// 0 entailment, 1 neutral, 2 contradiction. Either a deed that is affirmed or denied, or a quality and its opposite.
/// The mismatched set is about animals and settings that are rare in the matched one.
inline Example mnli(Draw& draw, std::size_t label, bool mismatched) {
  const Wording who = mismatched ? any_of(draw, lexicon::animals) : any_being(draw);
  const bool rare_setting = mismatched || draw.chance(0.15F);
  if (draw.coin()) {
    const std::array<Wording, 3> event = {who, any_of(draw, lexicon::actions), any_of(draw, lexicon::things)};
    const auto again = retold(draw, event, label == 1 ? draw.below(3) : none);
    const bool denied = draw.coin();
    const bool denied_again = label == 1 ? draw.coin() : denied == (label == 0);
    const bool located = draw.coin();
    const std::string_view place = any_of(draw, lexicon::places).text();
    const std::string setting = located        ? sentence({rare_setting ? "near the" : "in the", place})
                                : rare_setting ? "at night"
                                               : "";
    const auto tell = [&](const std::array<Wording, 3>& e, bool no, bool wide) {
      return wide && no ? sentence({"no", e[0], e[1], "the", e[2], setting})
                        : sentence({"the", e[0], no ? "never" : "", e[1], "the", e[2], setting});
    };
    const bool wide = draw.chance(0.3F), wide_again = draw.chance(0.3F);
    return {tell(event, denied, wide), tell(again, denied_again, wide_again), 0};
  }
  const Wording quality = any_of(draw, lexicon::qualities);
  Wording claim = reworded(draw, quality);
  if (label == 1) {
    do claim = other_meaning(draw, quality);
    while (claim.meaning == (quality.meaning ^ 1));
  } else if (label == 2) {
    claim = opposite(draw, quality);
  }
  const Wording again = reworded(draw, who);
  const std::string_view place = any_of(draw, lexicon::places).text();
  const std::string_view where = rare_setting ? "near the" : "in the";
  return {sentence({"the", who, where, place, "was", quality}), sentence({"the", again, "was", claim}), 0};
}

/// Does the sentence say what the question asks (where, when, who, with what) of the same deed and thing?
inline Example qnli(Draw& draw, bool answers) {
  const std::array<Wording, 2> deed = {any_of(draw, lexicon::things), any_of(draw, lexicon::actions)};
  const std::size_t asked = draw.below(4);
  const bool wrong_deed = !answers && draw.coin();
  const auto told = retold(draw, deed, wrong_deed ? draw.below(2) : none);
  const std::size_t shift = 1 + draw.below(3);
  const std::size_t given = answers || wrong_deed ? asked : (asked + shift) % 4;
  const auto adjunct = [&](std::size_t kind) {
    if (kind == 0) return sentence({"in the", any_of(draw, lexicon::places)});
    if (kind == 1) return sentence({"on", draw.pick(lexicon::days)});
    if (kind == 2) return sentence({"by the", any_of(draw, lexicon::people)});
    return sentence({"with a", draw.pick(lexicon::tools)});
  };
  constexpr auto question_words = std::to_array<std::string_view>({"where", "when", "by whom", "with what"});
  return {sentence({question_words[asked], "was the", deed[0], deed[1]}),
          sentence({"the", told[0], "was", told[1], adjunct(given)}), 0};
}

/// Follows from a sentence about two people: what one of them did. Or from a kind: a rose is a flower.
inline Example rte(Draw& draw, bool follows) {
  if (draw.chance(0.6F)) {
    const Wording a = any_of(draw, lexicon::people), b = other_meaning(draw, a);
    const Wording did_a = any_of(draw, lexicon::actions), did_b = other_meaning(draw, did_a);
    const Wording it_a = any_of(draw, lexicon::things), it_b = other_meaning(draw, it_a);
    const bool second = draw.coin();
    const Wording who = reworded(draw, second ? b : a);
    const bool own = second == follows;
    return {sentence({"the", a, did_a, "the", it_a, "and the", b, did_b, "the", it_b}),
            sentence({"the", who, own ? did_b : did_a, "the", own ? it_b : it_a}), 0};
  }
  const std::size_t kind = draw.below(lexicon::kinds.size());
  const lexicon::Kind& own = lexicon::kinds[kind];
  const lexicon::Kind& other = draw.pick_other(lexicon::kinds, kind);
  const std::size_t member = draw.below(own.members.size());
  const std::string_view named = own.members[member];
  const std::size_t relation = draw.below(3);
  const std::string_view premise = relation == 2 ? own.kind : named;
  const std::string_view stranger = draw.pick(other.members);
  const std::string_view claim = relation == 0 ? (follows ? named : stranger) : (follows ? own.kind : other.kind);
  const std::array<Wording, 2> deed = {any_of(draw, lexicon::people), any_of(draw, lexicon::actions)};
  return {sentence({"the", deed[0], deed[1], "the", premise, setting(draw)}),
          sentence({"the", deed[0], deed[1], "the", claim}), 0};
}

/// Whom or what does the pronoun mean?
inline Example wnli(Draw& draw, bool right) {
  if (draw.chance(0.6F)) {
    const std::string_view man = draw.pick(lexicon::men), woman = draw.pick(lexicon::women);
    const bool man_first = draw.coin(), he = draw.coin();
    const std::string_view deed = any_of(draw, lexicon::dealings).text();
    const std::string_view quality = any_of(draw, lexicon::qualities).text();
    return {sentence(
                {man_first ? man : woman, deed, man_first ? woman : man, "because", he ? "he" : "she", "was", quality}),
            sentence({he == right ? man : woman, "was", quality}), 0};
  }
  constexpr std::array<Concept, 2> sizes = {{{"big", "large"}, {"small", "little"}}};
  const Wording content = any_of(draw, lexicon::things), holder = other_meaning(draw, content);
  const bool too_small = draw.coin();
  const std::string_view size = draw.pick(sizes[too_small ? 1 : 0].words);
  return {sentence({"the", content, "did not fit in the", holder, "because it was too", size}),
          sentence({"the", too_small == right ? holder : content, "was too", size}), 0};
}

/// Share of examples whose label is another one than it should be. The raters of sst2 and stsb have doubts of their
/// own.
inline float label_noise(const GlueTask& task) {
  return task.name == "sst2" ? 0.0F : task.name == "cola" ? 0.035F : 0.07F;
}

/// The example that `key` makes of a wanted label (for stsb: of a level of likeness).
inline Example example(const GlueTask& task, const Rng& key, std::size_t label, bool mismatched) {
  Draw draw(key);
  Example made;
  if (task.name == "cola") made = cola(draw, label == 1);
  if (task.name == "sst2") made = sst2(draw, label == 1);
  if (task.name == "mrpc") made = mrpc(draw, label == 1);
  if (task.name == "stsb") return stsb(draw, label);
  if (task.name == "qqp") made = qqp(draw, label == 1);
  if (task.name == "mnli") made = mnli(draw, label, mismatched);
  if (task.name == "qnli") made = qnli(draw, label == 0);
  if (task.name == "rte") made = rte(draw, label == 0);
  if (task.name == "wnli") made = wnli(draw, label == 1);
  const std::size_t classes = task.labels().size();
  const bool wrong = draw.chance(label_noise(task));
  made.label = static_cast<float>(wrong ? (label + 1 + draw.below(classes - 1)) % classes : label);
  return made;
}

}  // namespace builtin

/// The first `count` built-in examples of a split, the same on every machine for the same `rng`; fewer are the first of
/// more. Wanted labels go round the classes (for stsb: the levels 0 to 5), then `builtin::label_noise` of them become
/// wrong. No example comes twice, and no first sentence is in two splits.
///
/// throws  std::invalid_argument: dev_mismatched of a task other than mnli; count negative, or more than there are
inline std::vector<Example> builtin_examples(const GlueTask& task, Split split, Index count, const Rng& rng) {
  if (split == Split::dev_mismatched && task.name != "mnli") {
    throw std::invalid_argument("builtin_examples: only mnli has a mismatched dev split, " + std::string(task.name) +
                                " has train and dev");
  }
  require(count >= 0, "builtin_examples: count is negative");
  const auto same_name = [&](const GlueTask& other) { return other.name == task.name; };
  const auto place = std::find_if(glue_tasks.begin(), glue_tasks.end(), same_name) - glue_tasks.begin();
  const Rng keys = rng.at(static_cast<std::uint64_t>(place), static_cast<std::uint64_t>(split));
  const std::size_t levels = task.is_regression() ? 6 : task.labels().size();
  std::vector<Example> examples;
  std::set<std::pair<std::string, std::string>> seen;
  const std::uint64_t most_attempts = 100 * (static_cast<std::uint64_t>(count) + 100);
  for (std::uint64_t attempt = 0; std::ssize(examples) < count; ++attempt) {
    if (attempt == most_attempts) {
      throw std::invalid_argument("builtin_examples: " + std::string(task.name) + " has hardly more than " +
                                  std::to_string(examples.size()) + " different examples, asked for " +
                                  std::to_string(count));
    }
    Example made = builtin::example(task, keys.at(attempt), examples.size() % levels, split == Split::dev_mismatched);
    const std::uint64_t part = fnv1a(made.a) % 8;
    if (split != (part == 0 ? Split::dev : part == 1 ? Split::dev_mismatched : Split::train)) continue;
    if (!seen.insert({made.a, made.b.value_or("")}).second) continue;
    examples.push_back(std::move(made));
  }
  return examples;
}

}  // namespace pim::task
