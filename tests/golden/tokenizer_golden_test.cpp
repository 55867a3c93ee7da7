#include <cstdint>
#include <fstream>
#include <string>
#include <vector>
#include <nlohmann/json.hpp>

#include <pim/io/tokenizer.hpp>

#include "support/catch.hpp"
#include "support/data.hpp"

TEST_CASE("golden tokenizer: every encoding of data/tokenizers", "[golden][tokenizer]") {
  const auto folders = pim::test::data_dir() / "tokenizers";
  if (!pim::test::has_data(folders)) return;
  std::size_t encodings = 0;
  for (const auto& folder : std::filesystem::directory_iterator(folders)) {
    if (!std::filesystem::exists(folder.path() / "golden.json")) continue;
    INFO(folder.path().filename());
    const pim::task::Tokenizer tokenizer = pim::io::read_tokenizer(folder);
    std::ifstream stream(folder.path() / "golden.json");
    for (const nlohmann::json& entry : nlohmann::json::parse(stream)) {
      const auto a = entry["text"].get<std::string>();
      const std::string b = entry["pair"].is_null() ? "" : entry["pair"].get<std::string>();
      const auto encoding = entry["pair"].is_null() ? tokenizer.encode(a) : tokenizer.encode(a, b);
      INFO("id " << entry["id"] << ", " << entry["category"] << ": " << entry["text"]);
      CHECK(encoding.ids == entry["ids"].get<std::vector<std::int32_t>>());
      const std::vector<std::int32_t> no_types(encoding.ids.size(), 0);
      CHECK(encoding.type_ids == entry.value("type_ids", no_types));
      ++encodings;
    }
  }
  CHECK(encodings > 0);
}
