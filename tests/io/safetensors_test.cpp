#include <pim/io/safetensors.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/data.hpp"
#include "support/temporary.hpp"

using pim::io::parse_safetensors;
using pim::io::read_file;
using pim::io::read_safetensors;
using pim::io::Safetensors;
using pim::io::Tensor;
using pim::io::write_safetensors;
using pim::test::files_in;
using pim::test::message_of;
using pim::test::TemporaryFolder;

/// A file put together by hand, as the format's description says.
static std::string file_of(const std::string& header, const std::string& data) {
  std::string bytes;
  for (std::size_t i = 0; i < 8; ++i) bytes += static_cast<char>(header.size() >> (8 * i) & 255);
  return bytes + header + data;
}
template <class T>
static std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}
static std::string complaint(const std::string& bytes) {
  return message_of([&] { parse_safetensors(bytes, "m.safetensors"); });
}
static std::string complaint(const std::string& header, const std::string& data) {
  return complaint(file_of(header, data));
}

TEST_CASE("safetensors: F32, F16, BF16 become float32, other types are listed", "[safetensors]") {
  const std::string header = R"({"__metadata__":{"format":"pt","step":"12"},)"
                             R"("b":{"dtype":"BF16","shape":[3],"data_offsets":[24,30]},)"
                             R"("f":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},)"
                             R"("h":{"dtype":"F16","shape":[3,1],"data_offsets":[30,36]},)"
                             R"("i":{"dtype":"I64","shape":[1],"data_offsets":[36,44]},)"
                             R"("s":{"dtype":"F32","shape":[],"data_offsets":[44,48]},)"
                             R"("z":{"dtype":"F32","shape":[0,5],"data_offsets":[44,44]}}  )";
  const std::string data = raw<float>({1, -2, 3.25F, 1e-40F, -0.0F, 5}) +
                           raw<std::uint16_t>({0x3F80, 0xC049, 0x7F80}) +  // 1, -3.140625, infinity
                           raw<std::uint16_t>({0x3C00, 0x0001, 0xFBFF}) +  // 1, 2^-24, -65504
                           raw<std::int64_t>({7}) + raw<float>({0.1F});
  const Safetensors file = parse_safetensors(file_of(header, data), "m.safetensors");
  REQUIRE(file.tensors.size() == 6);
  CHECK(file.metadata.at("step") == "12");
  CHECK(file.tensors.at("f").shape == std::vector<pim::Index>{2, 3});
  CHECK(file.tensors.at("f").data == std::vector<float>{1, -2, 3.25F, 1e-40F, -0.0F, 5});
  CHECK(std::signbit(file.tensors.at("f").data[4]));
  CHECK(file.tensors.at("b").data == std::vector<float>{1, -3.140625F, std::numeric_limits<float>::infinity()});
  CHECK(file.tensors.at("h").data == std::vector<float>{1, std::ldexp(1.0F, -24), -65504});
  CHECK(file.tensors.at("i").dtype == "I64");
  CHECK(file.tensors.at("i").data.empty());
  CHECK_FALSE(file.tensors.at("i").has_values());
  CHECK(file.tensors.at("s").shape.empty());
  CHECK(file.tensors.at("s").data == std::vector<float>{0.1F});
  CHECK(file.tensors.at("z").data.empty());
}

TEST_CASE("safetensors: I8 and I32 have their integers, both ways", "[safetensors]") {
  const TemporaryFolder folder;
  const std::string header = R"({"a":{"data_offsets":[0,3],"dtype":"I8","shape":[1,3]},)"
                             R"("b":{"data_offsets":[3,11],"dtype":"I32","shape":[2]}})",
                    data = raw<std::int8_t>({-128, 0, 127}) + raw<std::int32_t>({-2147483647, 65536});
  const Safetensors file = parse_safetensors(file_of(header, data), "m.safetensors");
  CHECK(file.tensors.at("a").integers == std::vector<std::int32_t>{-128, 0, 127});
  CHECK(file.tensors.at("b").integers == std::vector<std::int32_t>{-2147483647, 65536});
  CHECK(file.tensors.at("a").data.empty());
  CHECK(file.tensors.at("a").has_integers());
  CHECK_FALSE(file.tensors.at("a").has_values());
  write_safetensors(folder / "m.safetensors", {.tensors = file.tensors, .metadata = {}});
  std::string padded = header;
  padded.resize((padded.size() + 7) / 8 * 8, ' ');
  CHECK(read_file(folder / "m.safetensors") == file_of(padded, data));
}

TEST_CASE("safetensors: every F16 code by the definition of the format", "[safetensors]") {
  std::vector<std::uint16_t> codes(65536);
  for (std::size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<std::uint16_t>(i);
  const Safetensors file = parse_safetensors(
      file_of(R"({"h":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}})", raw(codes)), "m.safetensors");
  int wrong = 0;
  for (const unsigned code : codes) {
    const unsigned exponent = code >> 10 & 31, fraction = code & 1023;
    const float sign = code >> 15 != 0 ? -1.0F : 1.0F, value = file.tensors.at("h").data[code];
    const auto power = static_cast<int>(exponent);
    const float expected = exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                         : std::ldexp(static_cast<float>(1024 + fraction), power - 25);
    const bool right = exponent < 31   ? value == sign * expected && std::signbit(value) == std::signbit(sign)
                       : fraction == 0 ? value == sign * std::numeric_limits<float>::infinity()
                                       : std::isnan(value);
    if (!right) ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("safetensors: written files have the documented bytes and come back", "[safetensors]") {
  const TemporaryFolder folder;
  const Safetensors written{.tensors = {{"w", {.dtype = "F32", .shape = {1, 2}, .data = {1.5F, -2}}},
                                        {"a", {.dtype = "BF16", .shape = {2}, .data = {1.00390625F, 1.01171875F}}},
                                        {"h", {.dtype = "F16", .shape = {}, .data = {65519}}}}};
  write_safetensors(folder / "m.safetensors", written);
  CHECK(files_in(folder.path()) == "m.safetensors");
  const std::string bytes = read_file(folder / "m.safetensors");
  std::string header =
      R"({"__metadata__":{"format":"pt"},"a":{"data_offsets":[0,4],"dtype":"BF16","shape":[2]},)"
      R"("h":{"data_offsets":[4,6],"dtype":"F16","shape":[]},"w":{"data_offsets":[6,14],"dtype":"F32","shape":[1,2]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  // 1 + 1/256 and 1 + 3/256 lie between bfloat16 numbers: ties to even, down and up. 65519 rounds to 65504.
  CHECK(bytes == file_of(header, raw<std::uint16_t>({0x3F80, 0x3F82, 0x7BFF}) + raw<float>({1.5F, -2})));
  const Safetensors back = read_safetensors(folder / "m.safetensors");
  CHECK(back.tensors.at("w").data == written.tensors.at("w").data);
  CHECK(back.tensors.at("a").data == std::vector<float>{1, 1.015625F});
  CHECK(back.metadata == written.metadata);
  write_safetensors(folder / "m.safetensors", {.tensors = {}, .metadata = {}});
  CHECK(read_file(folder / "m.safetensors") == file_of("{}      ", ""));
  CHECK(read_safetensors(folder / "m.safetensors").tensors.empty());
}

TEST_CASE("safetensors: what cannot be written is an error and leaves no file", "[safetensors]") {
  const TemporaryFolder folder;
  const auto cannot = [&](const char* name, const Tensor& tensor) {
    return message_of([&] { write_safetensors(folder / name, {.tensors = {{"w", tensor}}}); });
  };
  const std::string rest = ", expected F32, F16, BF16, I8 or I32 and as many values as the shape says";
  CHECK(cannot("a", {.dtype = "I64", .shape = {1}, .data = {1}}) ==
        "write_safetensors: tensor 'w' has dtype I64, shape [1] and 1 values" + rest);
  CHECK(cannot("a", {.dtype = "I8", .shape = {1}, .data = {1}}) ==
        "write_safetensors: tensor 'w' has dtype I8, shape [1] and 0 values" + rest);
  CHECK(cannot("a", {.dtype = "I8", .shape = {2}, .data = {}, .integers = {1, 128}}) ==
        "write_safetensors: tensor 'w' of dtype I8 has values outside of -128 to 127; save it as I32");
  CHECK(cannot("a", {.shape = {2, 3}, .data = {1}}) ==
        "write_safetensors: tensor 'w' has dtype F32, shape [2, 3] and 1 values" + rest);
  CHECK(cannot("none/a", {.shape = {1}, .data = {1}}).find("cannot write ") == 0);
  CHECK(files_in(folder.path()).empty());
}

TEST_CASE("safetensors: each malformed file says what is wrong, where, and how to mend it", "[safetensors]") {
  const std::string mend = "; the file is damaged or incomplete, fetch or save it again";
  const std::string file = "m.safetensors: ", w = file + "tensor 'w' ";
  CHECK(complaint("1234567") == file + "not a safetensors file: 7 bytes, too short for the header's length" + mend);
  CHECK(complaint(std::string(8, '\xFF') + "{}") ==
        file +
            "not a safetensors file, or cut off: the header claims 18446744073709551615 bytes and the file has 2 "
            "after its length" +
            mend);
  CHECK(complaint(file_of("{}", "").substr(0, 9)).find("the header claims 2 bytes and the file has 1") !=
        std::string::npos);
  CHECK(complaint("{\"w\": ", "").find("m.safetensors (header):1:6: not JSON: ") == 0);
  CHECK(complaint("", "").find("m.safetensors (header):1:0: not JSON: ") == 0);
  CHECK(complaint("[]", "") == file + "the header is no JSON object" + mend);
  CHECK(complaint(R"({"__metadata__":[]})", "") == file + "__metadata__ is no JSON object" + mend);
  CHECK(complaint(R"({"__metadata__":{"a":1}})", "") == file + "__metadata__ 'a' is no string" + mend);
  CHECK(complaint(R"({"w":3})", "") == w + "is described by no JSON object" + mend);
  CHECK(complaint(R"({"w":{}})", "") == w + "has no dtype" + mend);
  CHECK(complaint(R"({"w":{"dtype":"F32"}})", "") == w + "has no shape" + mend);
  CHECK(complaint(R"({"w":{"dtype":32}})", "") == w + "has a dtype that is no string" + mend);
  CHECK(complaint(R"({"w":{"dtype":"F4","shape":[9],"data_offsets":[0,5]}})", "1234").find(w + "has data_offsets") ==
        0);

  const auto with_shape = [&](const std::string& shape) {
    return complaint(R"({"w":{"dtype":"F32","shape":)" + shape + R"(,"data_offsets":[0,4]}})", "1234");
  };
  CHECK(with_shape("3") == w + "has a shape that is no list" + mend);
  for (const char* shape : {"[-1]", "[1.0]", "[\"1\"]", "[true]", "[null]", "[[1]]"}) {
    CHECK(with_shape(shape) == w + "has a shape with a size that is no integer of at least 0" + mend);
  }
  for (const char* shape : {"[18446744073709551615]", "[4294967296, 4294967296]", "[3037000500, 3037000500]",
                            "[0, 9223372036854775807]", "[2305843009213693952]"}) {
    CHECK(with_shape(shape) == w + "has a shape too large for any memory" + mend);
  }
  CHECK(with_shape("[2]") == w + "has data_offsets [0, 4], 4 bytes, but shape [2] of F32 takes 8" + mend);

  const auto with_offsets = [&](const std::string& offsets) {
    return complaint(R"({"w":{"dtype":"F32","shape":[1],"data_offsets":)" + offsets + "}}", "1234");
  };
  for (const char* offsets : {"4", "[]", "[0]", "[0,4,8]", "[-4,0]", "[0.0,4.0]", "{}"}) {
    CHECK(with_offsets(offsets) == w + "has data_offsets that are not two positions [begin, end]" + mend);
  }
  CHECK(with_offsets("[4,0]") == w + "has data_offsets [4, 0] that end before they begin" + mend);
  CHECK(with_offsets("[0,8]") == w + "has data_offsets [0, 8] beyond the 4 bytes of data" + mend);
  CHECK(with_offsets("[18446744073709551612,18446744073709551615]").find("beyond the 4 bytes") != std::string::npos);

  const auto two = [&](const std::string& second, const std::string& data) {
    return complaint(R"({"v":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},)"
                     R"("w":{"dtype":"F32","shape":[1],"data_offsets":)" +
                         second + "}}",
                     data);
  };
  CHECK(two("[4,8]", "12345678") == "(no error)");
  CHECK(two("[2,6]", "12345678") == w + "overlaps tensor 'v' in data_offsets" + mend);
  CHECK(two("[8,12]", "123456789012") == w + "begins 4 bytes after the one before it" + mend);
  CHECK(two("[4,8]", "123456789") == file + "1 bytes at the end belong to no tensor" + mend);
  CHECK_THAT(complaint(R"({"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"w":{}})", ""),
             ContainsSubstring("key 'w' is given twice in one object"));

  const TemporaryFolder folder;
  CHECK(message_of([&] { read_safetensors(folder / "none"); }).find("cannot read ") == 0);
  CHECK_THAT(message_of([&] { read_safetensors(folder.path()); }), ContainsSubstring("Is a directory"));
}

TEST_CASE("safetensors: no bytes crash the reader", "[safetensors]") {
  const std::string valid =
      file_of(R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},)"
              R"("b.weight":{"dtype":"BF16","shape":[3],"data_offsets":[8,14]},"c":{"dtype":"I8","shape":[2],)"
              R"("data_offsets":[14,16]},"d":{"dtype":"F32","shape":[1,2],"data_offsets":[16,24]},)"
              R"("e":{"dtype":"I32","shape":[2],"data_offsets":[24,32]}})",
              std::string(32, '\x3A'));
  REQUIRE(complaint(valid) == "(no error)");
  std::mt19937 random(1);
  const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random()) % n; };
  const std::vector<std::string> words = {"-1",    "18446744073709551615",
                                          "1e308", "null",
                                          "[[[[",  "\"dtype\":",
                                          "{}",    "\\u0000",
                                          "\xFF",  "\n",
                                          "0",     "\"",
                                          ",",     "F32",
                                          "[0,0]"};
  int accepted = 0, refused = 0;
  for (int trial = 0; trial < 30'000; ++trial) {
    std::string bytes = valid;
    for (std::size_t edits = 1 + below(3); edits > 0; --edits) {
      const std::size_t at = below(bytes.size() + 1);
      switch (below(6)) {
        case 0:
          bytes.resize(at);
          break;
        case 1:
          bytes.insert(at, words[below(words.size())]);
          break;
        case 2:
          bytes.erase(at, below(8));
          break;
        case 3:
          bytes.replace(at, std::min(words[0].size(), bytes.size() - at), words[below(words.size())]);
          break;
        case 4:  // the header's length
          if (!bytes.empty()) bytes[below(std::min<std::size_t>(bytes.size(), 8))] = static_cast<char>(below(256));
          break;
        default:
          if (at < bytes.size()) bytes[at] = static_cast<char>(below(256));
      }
      if (bytes.size() >= 8 && below(2) == 0) {  // half of the files keep a plausible length
        const std::size_t length = valid.size() - 8 - 32 + below(9) - 4;
        for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(length >> (8 * i) & 255);
      }
    }
    try {
      parse_safetensors(bytes, "m.safetensors");
      ++accepted;
    } catch (const std::runtime_error& error) {
      const std::string message = error.what();
      if (message.find("m.safetensors") != 0 || message.find('\n') != std::string::npos) FAIL(message);
      ++refused;
    }
  }
  CHECK(accepted > 100);
  CHECK(refused > 10'000);
}

TEST_CASE("safetensors: files that others wrote", "[safetensors][data]") {
  if (!pim::test::has_data(pim::test::golden_dir())) return;
  for (const auto& entry : std::filesystem::directory_iterator(pim::test::golden_dir())) {
    if (entry.path().extension() != ".safetensors") continue;
    INFO(entry.path());
    const Safetensors file = read_safetensors(entry.path());
    CHECK_FALSE(file.tensors.empty());
    for (const auto& [name, tensor] : file.tensors) {
      for (const float value : tensor.data) {
        if (!std::isfinite(value)) FAIL(name);
      }
    }
  }
  const std::filesystem::path models = pim::test::data_dir() / "models";
  if (!pim::test::has_data(models)) return;
  const Safetensors lenet = read_safetensors(models / "lenet5-mnist" / "golden.safetensors");
  CHECK(lenet.tensors.at("logits").shape == std::vector<pim::Index>{256, 10});
  const Safetensors int8 = read_safetensors(models / "resnet8-cifar10-int8" / "model.safetensors");
  CHECK(int8.tensors.at("conv1.weight").integers.size() == 16 * 3 * 3 * 3);
  CHECK(int8.tensors.at("conv1.bias").integers.size() == 16);
}
