#pragma once
#include <array>
#include <string_view>

/// Words of the built-in sentences: lower-case ASCII. Where two words stand together they mean the same, and a task
/// that rewords a sentence exchanges them.
namespace pim::task::lexicon {

/// Two words for one thing.
struct Concept {
  std::array<std::string_view, 2> words;
};
/// A noun or verb as it goes with one and with many.
struct Number {
  std::string_view one, many;
};
/// A kind and some of its members: every rose is a flower.
struct Kind {
  std::string_view kind;
  std::array<std::string_view, 4> members;
};

inline constexpr auto people = std::to_array<Concept>({
    {"doctor", "physician"}, {"lawyer", "attorney"},  {"teacher", "instructor"}, {"boy", "lad"},
    {"woman", "lady"},       {"worker", "laborer"},   {"writer", "author"},      {"thief", "robber"},
    {"soldier", "warrior"},  {"king", "ruler"},       {"child", "kid"},          {"artist", "painter"},
    {"singer", "vocalist"},  {"boss", "manager"},     {"student", "pupil"},      {"guard", "sentry"},
    {"guest", "visitor"},    {"buyer", "customer"},   {"pilot", "aviator"},      {"scholar", "researcher"},
    {"driver", "motorist"},  {"friend", "companion"}, {"sailor", "seaman"},      {"priest", "cleric"},
    {"girl", "lass"},        {"player", "athlete"},   {"cook", "chef"},          {"judge", "magistrate"},
    {"farmer", "grower"},    {"nurse", "caretaker"},  {"actor", "performer"},    {"enemy", "foe"},
});
inline constexpr auto animals = std::to_array<Concept>({
    {"dog", "hound"},
    {"cat", "kitty"},
    {"pig", "hog"},
    {"rabbit", "bunny"},
    {"donkey", "mule"},
    {"horse", "steed"},
    {"hen", "chicken"},
    {"snake", "serpent"},
    {"frog", "toad"},
    {"rat", "rodent"},
});
inline constexpr auto things = std::to_array<Concept>({
    {"car", "automobile"},   {"house", "home"},     {"bike", "bicycle"},  {"stone", "rock"},     {"gift", "present"},
    {"ship", "vessel"},      {"coat", "jacket"},    {"cup", "mug"},       {"couch", "sofa"},     {"picture", "image"},
    {"phone", "telephone"},  {"plane", "aircraft"}, {"bag", "sack"},      {"rug", "carpet"},     {"letter", "note"},
    {"box", "crate"},        {"rope", "cord"},      {"dish", "plate"},    {"hat", "cap"},        {"bucket", "pail"},
    {"drug", "medicine"},    {"engine", "motor"},   {"jewel", "gem"},     {"journal", "diary"},  {"film", "movie"},
    {"lamp", "lantern"},     {"knife", "dagger"},   {"cash", "money"},    {"song", "tune"},      {"book", "volume"},
    {"statue", "sculpture"}, {"shirt", "blouse"},   {"trash", "garbage"}, {"photo", "snapshot"}, {"fence", "railing"},
    {"ball", "sphere"},
});
inline constexpr auto places = std::to_array<Concept>({
    {"garden", "yard"},
    {"shop", "store"},
    {"forest", "woods"},
    {"city", "town"},
    {"sea", "ocean"},
    {"hotel", "inn"},
    {"church", "chapel"},
    {"office", "bureau"},
    {"river", "stream"},
    {"field", "meadow"},
    {"cellar", "basement"},
    {"jail", "prison"},
    {"school", "academy"},
    {"harbor", "port"},
    {"castle", "palace"},
    {"barn", "stable"},
});
/// What one does to a person or an animal.
inline constexpr auto dealings = std::to_array<Concept>({
    {"helped", "assisted"},      {"praised", "commended"}, {"followed", "pursued"},       {"attacked", "assaulted"},
    {"saved", "rescued"},        {"tricked", "fooled"},    {"greeted", "welcomed"},       {"met", "encountered"},
    {"hugged", "embraced"},      {"guided", "led"},        {"annoyed", "bothered"},       {"admired", "respected"},
    {"hated", "despised"},       {"hurt", "injured"},      {"freed", "released"},         {"scared", "frightened"},
    {"punished", "disciplined"}, {"trained", "coached"},   {"questioned", "interviewed"}, {"protected", "defended"},
});
/// What one does to a thing, as one does it and as it was done (also the participle).
inline constexpr auto errands = std::to_array<Concept>({
    {"buy", "purchase"},
    {"find", "discover"},
    {"fix", "repair"},
    {"move", "shift"},
    {"clean", "wash"},
    {"smash", "shatter"},
    {"pull", "drag"},
    {"build", "construct"},
    {"lift", "raise"},
    {"grab", "seize"},
    {"burn", "torch"},
    {"collect", "gather"},
    {"examine", "inspect"},
    {"lose", "misplace"},
    {"carry", "haul"},
    {"send", "mail"},
    {"copy", "duplicate"},
    {"rent", "lease"},
});
inline constexpr auto actions = std::to_array<Concept>({
    {"bought", "purchased"},
    {"found", "discovered"},
    {"fixed", "repaired"},
    {"moved", "shifted"},
    {"cleaned", "washed"},
    {"smashed", "shattered"},
    {"pulled", "dragged"},
    {"built", "constructed"},
    {"lifted", "raised"},
    {"grabbed", "seized"},
    {"burned", "torched"},
    {"collected", "gathered"},
    {"examined", "inspected"},
    {"lost", "misplaced"},
    {"carried", "hauled"},
    {"sent", "mailed"},
    {"copied", "duplicated"},
    {"rented", "leased"},
});
/// Neighbours are opposites: each even place and the next.
inline constexpr auto qualities = std::to_array<Concept>({
    {"small", "little"},   {"big", "large"},    {"slow", "sluggish"},     {"fast", "quick"},
    {"sad", "unhappy"},    {"happy", "glad"},   {"poor", "needy"},        {"rich", "wealthy"},
    {"young", "youthful"}, {"old", "aged"},     {"ugly", "hideous"},      {"pretty", "beautiful"},
    {"stupid", "dumb"},    {"smart", "clever"}, {"cold", "chilly"},       {"hot", "warm"},
    {"dirty", "filthy"},   {"neat", "tidy"},    {"weak", "feeble"},       {"strong", "mighty"},
    {"quiet", "silent"},   {"loud", "noisy"},   {"cheap", "inexpensive"}, {"costly", "expensive"},
    {"thin", "slim"},      {"fat", "stout"},
});
inline constexpr auto days =
    std::to_array<std::string_view>({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"});
inline constexpr auto tools =
    std::to_array<std::string_view>({"hammer", "stick", "hook", "net", "truck", "robot", "machine", "ladder"});
inline constexpr auto men =
    std::to_array<std::string_view>({"john", "tom", "mark", "paul", "peter", "david", "james", "adam", "bob", "carl",
                                     "eric", "frank", "henry", "jack", "luke", "oscar"});
inline constexpr auto women =
    std::to_array<std::string_view>({"mary", "anna", "jane", "susan", "lucy", "emma", "alice", "kate", "laura", "nina",
                                     "rose", "sarah", "helen", "julia", "diana", "grace"});
inline constexpr auto kinds = std::to_array<Kind>({
    {"bird", {"eagle", "robin", "sparrow", "crow"}},
    {"fish", {"salmon", "trout", "shark", "cod"}},
    {"tree", {"oak", "pine", "birch", "maple"}},
    {"flower", {"tulip", "lily", "daisy", "orchid"}},
    {"fruit", {"apple", "pear", "plum", "cherry"}},
    {"insect", {"bee", "ant", "wasp", "moth"}},
    {"weapon", {"sword", "spear", "rifle", "pistol"}},
    {"instrument", {"violin", "flute", "drum", "trumpet"}},
});

/// Verbs that need no object, as they go with one and with many.
inline constexpr auto doings = std::to_array<Number>({
    {"sings", "sing"},
    {"runs", "run"},
    {"sleeps", "sleep"},
    {"laughs", "laugh"},
    {"walks", "walk"},
    {"swims", "swim"},
    {"waits", "wait"},
    {"talks", "talk"},
    {"smiles", "smile"},
    {"works", "work"},
    {"dances", "dance"},
    {"eats", "eat"},
});
/// Verbs that need an object.
inline constexpr auto treatments = std::to_array<Number>({
    {"helps", "help"},
    {"sees", "see"},
    {"likes", "like"},
    {"knows", "know"},
    {"calls", "call"},
    {"hears", "hear"},
    {"trusts", "trust"},
    {"visits", "visit"},
});
inline constexpr auto nouns = std::to_array<Number>({
    {"doctor", "doctors"}, {"lawyer", "lawyers"}, {"teacher", "teachers"}, {"boy", "boys"},
    {"worker", "workers"}, {"writer", "writers"}, {"soldier", "soldiers"}, {"king", "kings"},
    {"artist", "artists"}, {"singer", "singers"}, {"student", "students"}, {"guard", "guards"},
    {"guest", "guests"},   {"pilot", "pilots"},   {"friend", "friends"},   {"sailor", "sailors"},
    {"dog", "dogs"},       {"cat", "cats"},       {"horse", "horses"},     {"rabbit", "rabbits"},
});

inline constexpr auto aspects =
    std::to_array<std::string_view>({"film", "movie", "story", "plot", "acting", "music", "script", "cast", "ending",
                                     "dialogue", "camera", "humor", "scene", "song", "hero", "drama"});
/// Words of praise and of blame: the first half of each list is strong, the second mild.
inline constexpr auto praise = std::to_array<std::string_view>(
    {"great",    "superb",   "brilliant", "wonderful", "delightful", "gripping", "thrilling",
     "inspired", "charming", "moving",    "good",      "funny",      "fresh",    "lovely",
     "clever",   "touching", "elegant",   "honest",    "witty",      "rich"});
inline constexpr auto blame = std::to_array<std::string_view>(
    {"awful", "dreadful", "painful", "tedious", "stupid", "lifeless", "boring", "ugly",  "tiresome", "clumsy",
     "bad",   "dull",     "stale",   "shallow", "silly",  "weak",     "messy",  "bland", "hollow",   "flat"});

}  // namespace pim::task::lexicon
