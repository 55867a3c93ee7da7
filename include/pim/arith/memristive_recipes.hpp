#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <pim/gate/concepts.hpp>

namespace pim::arith {

/// The shortest known sequence of gates for a block of a circuit, given which cells hold its operands and which of them
/// may be overwritten. Written as text, one step after the other:
///
///     n=ab   n = NOR(a, b), fresh: INIT1 and the gate, 2 cycles
///     n=a    n = NOT(a), fresh
///     a-n    a &= NOT(n), accumulated: 1 cycle, the old a is gone
///     a-no   a &= NOR(n, o)
///     n|ab, n&ab, n%abc   OR, NAND, MIN3, fresh
///     n+ab, n*ab, n!abc   OR, NAND, MIN3, accumulated
///     s:b    cell b now holds the result s
///
/// Operands are a, b, c, their complements A, B, C. Results are s, k, their complements S, K; other letters are
/// scratch.
///
///     block      s                 k
///     and2       a b
///     and3       a b c
///     xor2       a ^ b
///     half_add   a ^ b             a b
///     mux        a ? b : c
///     sum        a ^ b ^ c
///     majority                     at least two of a, b, c
///     full_add   a ^ b ^ c         at least two of a, b, c
///
/// source  uniform-cost searches over sets of truth tables, at most 7 cells besides operands that must stay; the tests
///         prove every recipe by exhaustion
struct Recipe {
  enum class Block : std::uint8_t { and2, and3, xor2, half_add, mux, sum, majority, full_add };
  static constexpr std::size_t letters = 32, absent = letters;
  static constexpr std::size_t sum = 0, carry = 2;  ///< of results: the value, and its complement after it

  struct Step {
    gate::Gate gate;
    bool is_fresh = true;
    std::size_t out = 0, fan_in = 0;
    std::array<std::size_t, 3> in{};
  };

  Block block = Block::and2;
  int cycles = 0;
  std::vector<Step> steps;
  std::array<bool, 6> reads{}, destroys{};  ///< of a, A, b, B, c, C
  std::array<std::size_t, 4> results{absent, absent, absent, absent};
  std::array<std::size_t, letters> last_use{};  ///< step; results are used at the end

  bool gives(std::size_t result, bool complement) const { return results[result + (complement ? 1 : 0)] != absent; }
};

namespace recipe_text {
struct Line {
  Recipe::Block block;
  std::string_view text;
};
using enum Recipe::Block;

inline constexpr Line nor_lines[] = {
    {and2, "a-B s:a"},
    {and2, "s=AB"},
    {and3, "a-BC s:a"},
    {xor2, "b-BA B-ba s=Bb"},
    {xor2, "n=ba b-nA s=nb"},
    {xor2, "n=ab o=AB s=no"},
    {xor2, "n=ab o=na p=nb S=po"},
    {half_add, "b-BA B-ba s=Bb k:b"},
    {half_add, "n=ba b-nA s=nb k:b"},
    {half_add, "k=AB A-kb s=Ak"},
    {half_add, "A-B a-Ab S=aA b-A k:b"},
    {half_add, "n=ab k=AB s=nk"},
    {half_add, "b-BA B-ba s=Bb K=b"},
    {half_add, "b-Ba B-bA S=Bb k=BA"},
    {half_add, "n=bA k=nA b-nk S=nb"},
    {half_add, "n=ba b-nA s=nb K=b"},
    {half_add, "n=AB A-nb s=An K=n"},
    {half_add, "n=Ab A-nB S=nA k=AB"},
    {half_add, "A-B b-BA a-Ab S=aA K=b"},
    {half_add, "n=Ab k=nA p=nb s=pk"},
    {half_add, "n=ab o=AB s=no K=o"},
    {half_add, "n=aB o=Ab S=on k=AB"},
    {half_add, "n=a o=nb b-oa S=ob a-on k:a"},
    {half_add, "b-Ba B-bA n=BA S=Bb K=n"},
    {half_add, "n=b k=nA p=nk n-pA S=np"},
    {half_add, "n=bA o=nA b-no S=nb K=o"},
    {half_add, "n=Ab A-nB o=AB S=nA K=o"},
    {half_add, "n=Ab o=nA p=nb s=po K=o"},
    {half_add, "n=ab o=AB p=no S=p K=o"},
    {half_add, "n=a a-nb o=an b-ao S=ab K=o"},
    {half_add, "n=b o=nA p=no n-pA S=np K=o"},
    {mux, "c-a b-cA S=cb"},
    {mux, "n=ac a-nb s=na"},
    {mux, "C-a n=Ab s=Cn"},
    {mux, "b-A n=aC S=nb"},
    {mux, "n=ac o=Ab s=no"},
    {mux, "n=a b-n n-bC S=nb"},
    {mux, "c-a n=cb b-ca s=bn"},
    {mux, "n=a o=nb n-oc s=no"},
    {mux, "n=aC o=nb b-na s=bo"},
    {mux, "c-a n=cb o=nA S=co"},
    {mux, "C-a n=Ab o=Cn S=o"},
    {mux, "n=aC o=na p=nb s=op"},
    {mux, "n=ac o=Ab p=no S=p"},
    {mux, "n=aC o=nb p=oA S=np"},
    {mux, "C-a n=Cb o=Cn n-Ca S=no"},
    {mux, "n=a o=nb n-oc p=no S=p"},
    {mux, "n=a o=nb p=on n-oC S=np"},
    {mux, "n=A o=nc n-ob p=on S=p"},
    {sum, "n=ba o=na b-no p=nb q=pc c-nb s=qc"},
    {sum, "n=ba o=nb b-na p=ob q=pc c-ob S=qc"},
    {sum, "n=ab o=na p=nb q=po r=qc c-po S=rc"},
    {sum, "n=a o=bc p=ob q=oc r=qp w=ra r-qn S=wr"},
    {majority, "n=ca o=cb c-ab k=o k-nc"},
    {majority, "n=ba c-n o=na b-no K=bc"},
    {majority, "n=bA o=nb c-o b-oA K=bc"},
    {majority, "n=ba o=na b-no C-nb k=Cn"},
    {majority, "n=Ca o=Cn C-na b-C K=ob"},
    {majority, "n=ab k=n p=ac q=bc k-qp"},
    {majority, "n=cA o=nc c-oA p=cb k=op"},
    {majority, "n=cb o=nb c-no p=nA K=pc"},
    {majority, "n=Ab o=nA A-nb p=oc k=pA"},
    {majority, "n=ab o=n p=ac q=bc o-qp K=o"},
    {full_add, "n=ca c-nA o=nc p=ob q=pb o-nq s=po k=nq"},
    {full_add, "n=ca c-nA o=nc p=nb q=ob o-np s=qo K=oc"},
    {full_add, "n=ca c-nA o=nc p=ob q=po o-nb S=oq k=no"},
    {full_add, "n=a o=ab b-on p=ob q=pc c-ob s=qc K=cb"},
    {full_add, "n=ba o=nb b-na p=ob q=pc c-ob S=qc k=qn"},
    {full_add, "n=bA o=nb b-oA p=ob q=pc c-ob s=qc K=cb"},
    {full_add, "n=Ca o=Cn C-na p=Co q=pb b-Co s=qb K=bo"},
    {full_add, "n=Ca o=na C-o p=Cn q=pb b-Cn S=qb k=oq"},
    {full_add, "n=ab o=na p=nb q=po r=qc c-po S=rc k=rn"},
    {full_add, "n=Ab o=nA p=nb q=po r=qc c-po s=rc K=co"},
    {full_add, "n=ba o=na b-no p=n p-bc q=pc c-nb s=qc k=pn"},
    {full_add, "n=ba o=na b-no p=oc c-nb q=pc p-nb S=pq K=cb"},
    {full_add, "n=bA o=nb b-oA p=o p-bc q=pc c-ob s=qc k=po"},
    {full_add, "n=bA o=nb b-oA p=o p-bc q=ob c-pq S=pc k=po"},
    {full_add, "n=bA o=nb b-oA p=nc c-ob q=pc p-ob S=pq K=cb"},
    {full_add, "n=Ca o=Cn C-na p=C p-ob q=pb b-Co s=qb k=Cp"},
    {full_add, "n=Ca o=Cn C-na p=nb b-Co q=pb p-Co S=pq K=bo"},
    {full_add, "n=Ca o=Cn C-na p=Co q=Cb r=pb p-Cq s=rp K=po"},
    {full_add, "n=cb o=nb c-no p=nc q=nA r=pA p-nq S=pr K=qc"},
    {full_add, "n=Ca o=Cn C-na p=Co q=pb r=qb p-Cr s=qp k=Cr"},
    {full_add, "n=a o=bc p=ob q=oc r=qp w=ra r-qn S=wr k=ow"},
    {full_add, "n=ab o=na p=nb q=po r=qc w=rq q-rc s=qw k=rn"},
};

/// Shorter where the set has NAND, OR or MIN3.
inline constexpr Line min3_lines[] = {
    {and2, "a-B s:a"},
    {and2, "s=AB"},
    {and2, "S&ba"},
    {and2, "s=A s+bA"},
    {and2, "b-A S=b"},
    {and2, "n&ba s=n"},
    {xor2, "s|ba s*ba"},
    {half_add, "s|ab s*ab b-s k:b"},
    {half_add, "S|Ab S*Ab b-A k:b"},
    {half_add, "s&ba k=s s+ba"},
    {half_add, "s|ba K&ba s*ba"},
    {half_add, "K&ba S&aK S*bK"},
    {half_add, "S&bA K&bS S+bA"},
    {half_add, "S|bA k=BA S*bA"},
    {half_add, "n=ab b+an S|bn k:b"},
    {half_add, "n&Ab b-A s%Anb k:b"},
    {half_add, "k=A k+bA S|Ak S*bA"},
    {half_add, "k|ba o&ba S&ko k-o"},
    {mux, "s|bA s*CA"},
    {mux, "S&ba S+Ca"},
    {mux, "s|bA s+ca"},
    {mux, "S&ba S*cA"},
    {mux, "c-a s|ac s+bc"},
    {mux, "c-a S=c S!bac"},
    {mux, "b-A s|Ab s+cb"},
    {mux, "b-A S=b S!cAb"},
    {sum, "n|ba n*ba s|cn s*cn"},
    {sum, "n%bac c+an S&an S!bcn"},
    {majority, "K%cba"},
    {majority, "n%cba k=n"},
    {majority, "C*ab k=C k+ab"},
    {majority, "k|cb o&cb k*Ao"},
    {full_add, "K%bac c+aK S&aK S!bcK"},
    {full_add, "n|ba n*ba s|cn K%cba s*cn"},
    {full_add, "K%cba o%baK p=o S%cpK"},
    {full_add, "n%cbA o%cbn k=o s%Akn"},
    {full_add, "n%cbA K%cbn p=K s%Apn"},
    {full_add, "n%bac c+an S&an k=n S!bcn"},
    {full_add, "k|ba o&ba p%cko k+cp s%kop"},
    {full_add, "n|bA n*bA k&An k+cn S|kn S*cn"},
    {full_add, "n%cba o%ban p=o S%cpn k=n"},
};

/// Letters of a recipe: a, A, b, B, c, C are 0 to 5, all others follow.
constexpr std::size_t letter(char c) {
  constexpr std::string_view order = "aAbBcCsSkKnopqrtuvwxyz";
  return order.find(c);
}

inline constexpr std::string_view fresh_signs = "=|&%", accumulating_signs = "-+*!";
constexpr gate::Gate gate_of(std::size_t sign, std::size_t fan_in) {
  constexpr std::array of_two{gate::nor, gate::or_, gate::nand, gate::min3};
  return fan_in == 1 ? gate::not_ : of_two[sign];
}

inline Recipe parse(const Line& line) {
  Recipe recipe;
  recipe.block = line.block;
  const auto use = [&](std::size_t l, std::size_t step) {
    if (l < 6) recipe.reads[l] = true;
    recipe.last_use[l] = step;
  };
  std::string_view rest = line.text;
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
    const std::size_t out = letter(word[0]), step = recipe.steps.size();
    if (word[1] == ':') {
      recipe.results[out - letter('s')] = letter(word[2]);
      continue;
    }
    Recipe::Step s;
    s.out = out, s.fan_in = word.size() - 2;
    s.is_fresh = fresh_signs.find(word[1]) != fresh_signs.npos;
    s.gate = gate_of((s.is_fresh ? fresh_signs : accumulating_signs).find(word[1]), s.fan_in);
    for (std::size_t i = 0; i < s.fan_in; ++i) use(s.in[i] = letter(word[i + 2]), step);
    if (out < 6 && !s.is_fresh) use(out, step), recipe.destroys[out] = true;
    if (out >= letter('s') && out <= letter('K')) recipe.results[out - letter('s')] = out;
    recipe.cycles += s.is_fresh ? 2 : 1;
    recipe.steps.push_back(s);
  }
  for (const std::size_t result : recipe.results) {
    if (result != Recipe::absent) recipe.last_use[result] = recipe.steps.size();
  }
  return recipe;
}
}  // namespace recipe_text

/// All recipes that a gate set can execute.
template <gate::GateSet G>
const std::vector<Recipe>& recipes() {
  static const std::vector<Recipe> all = [] {
    std::vector<Recipe> known;
    const auto add = [&](std::span<const recipe_text::Line> lines) {
      for (const recipe_text::Line& line : lines) {
        Recipe recipe = recipe_text::parse(line);
        if (std::ranges::all_of(recipe.steps, [](const Recipe::Step& step) {
              return std::ranges::find(G::gates, step.gate) != G::gates.end();
            }))
          known.push_back(std::move(recipe));
      }
    };
    add(recipe_text::nor_lines);
    add(recipe_text::min3_lines);
    return known;
  }();
  return all;
}

/// Those for one kind of block.
template <gate::GateSet G>
const std::vector<Recipe>& recipes(Recipe::Block block) {
  static const auto by_block = [] {
    std::array<std::vector<Recipe>, 8> sorted;
    for (const Recipe& recipe : recipes<G>()) sorted[static_cast<std::size_t>(recipe.block)].push_back(recipe);
    return sorted;
  }();
  return by_block[static_cast<std::size_t>(block)];
}

}  // namespace pim::arith
