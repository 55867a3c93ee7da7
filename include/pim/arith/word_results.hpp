#pragma once

namespace pim::arith {

/// What operations on words give that is more than one word, for any class of words.
template <class Bit, class Word>
struct WordResults {
  struct Sum {
    Word sum;
    Bit carry;  ///< out of the highest bit
  };
  struct Shifted {
    Word word;
    Bit sticky;  ///< OR of the bits that fell out
  };
  struct Normalised {
    Word word;
    Word shift;  ///< positions that it was shifted toward the highest bit
  };
  struct Division {
    Word quotient, remainder;
  };
  struct Limited {
    Word word;
    Word rest;   ///< of the limit, less the positions shifted
    Bit sticky;  ///< OR of the bits that were cut off
  };
};

}  // namespace pim::arith
