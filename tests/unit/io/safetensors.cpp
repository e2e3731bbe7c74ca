// SPDX-License-Identifier: Apache-2.0
// Weights come back as they were written; every way in which a file can lie is refused with a reason.
#include "support/catch.hpp"

#include <snowcoder/io/safetensors.hpp>

#include <unistd.h>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

using namespace snowcoder;

namespace {

std::filesystem::path scratch_file() {
  return std::filesystem::temp_directory_path() / ("snowcoder-safetensors-" + std::to_string(::getpid()));
}

/// Opens a file of that header and `bytes` bytes of data; empty when it is accepted.
std::string refusal(std::string header, std::size_t bytes) {
  header.resize((header.size() + 7) / 8 * 8, ' ');
  std::uint64_t const length = header.size();
  std::string text(8, '\0');
  std::memcpy(text.data(), &length, 8);
  REQUIRE(io::write_file(scratch_file(), text + header + std::string(bytes, '\0')));
  auto const opened = io::safetensors::open(scratch_file());
  std::filesystem::remove(scratch_file());
  return opened ? "" : opened.error().what;
}

}  // namespace

TEST_CASE("safetensors: what is written is read", "[io]") {
  std::vector<float> const f{1.5f, -2.0f, 0.0f, 3.25f, 1e-30f, 7.0f};
  std::vector<bfloat16> const b{bfloat16(1.0f), bfloat16(-0.5f)};
  std::vector<std::int64_t> const i{1, -1};
  std::vector<io::tensor> const tensors{io::tensor_of<std::int64_t>("ids", {2}, i), io::tensor_of<float>("w", {2, 3}, f),
                                        io::tensor_of<bfloat16>("h", {1, 2}, b), io::tensor_of<float>("none", {0, 4}, {})};
  REQUIRE(io::write_safetensors(scratch_file(), tensors));
  auto const file = io::safetensors::open(scratch_file());
  REQUIRE(file);
  CHECK(file->tensors().size() == 4);
  CHECK(file->find("w")->shape == std::vector<std::int64_t>{2, 3});
  CHECK(*file->floats("w") == f);
  CHECK(*file->floats("h") == std::vector<float>{1.0f, -0.5f});
  CHECK(file->find("ids")->elements<std::int64_t>()[1] == -1);
  CHECK(file->find("ids")->elements<float>().empty());
  CHECK(file->floats("none")->empty());
  CHECK(!file->floats("ids"));
  CHECK(!file->floats("missing"));
  std::vector<float> wrong(5);
  CHECK(!file->read_floats("w", wrong));
  std::filesystem::remove(scratch_file());
}

TEST_CASE("safetensors: a tensor that does not fit its shape, or a repeated name, is not written", "[io]") {
  std::vector<float> const f(6);
  std::vector<io::tensor> const short_one{io::tensor_of<float>("w", {7}, f)};
  std::vector<io::tensor> const twice{io::tensor_of<float>("w", {6}, f), io::tensor_of<float>("w", {6}, f)};
  CHECK(!io::write_safetensors(scratch_file(), short_one));
  CHECK(!io::write_safetensors(scratch_file(), twice));
  CHECK(!std::filesystem::exists(scratch_file()));
}

TEST_CASE("safetensors: hostile headers are refused", "[io]") {
  auto const entry = [](std::string name, std::string shape, std::string offsets, std::string type = "F32") {
    return "\"" + name + "\":{\"dtype\":\"" + type + "\",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
  };
  CHECK(refusal("{" + entry("a", "[2]", "[0,8]") + "}", 8) == "");
  CHECK(refusal("{" + entry("a", "[2]", "[0,8]") + "," + entry("b", "[1]", "[8,12]") + "}", 12) == "");
  CHECK(refusal("{" + entry("a", "[]", "[0,4]") + "}", 4) == "");

  CHECK(refusal("{" + entry("a", "[2]", "[0,8]") + "}", 7) == "tensor a: data_offsets lie outside the file");
  CHECK(refusal("{" + entry("a", "[2]", "[8,0]") + "}", 8) == "tensor a: data_offsets lie outside the file");
  CHECK(refusal("{" + entry("a", "[3]", "[0,8]") + "}", 8) == "tensor a: shape and data_offsets disagree");
  CHECK(refusal("{" + entry("a", "[-2]", "[0,8]") + "}", 8) == "tensor a: malformed shape");
  CHECK(refusal("{" + entry("a", "[4611686018427387904,4,1]", "[0,0]") + "}", 0) == "tensor a: shape is too large");
  CHECK(refusal("{" + entry("a", "[2]", "[0]") + "}", 8) == "tensor a: malformed shape or data_offsets");
  CHECK(refusal("{" + entry("a", "[2]", "[0,8]", "F9") + "}", 8) == "tensor a: element type \"F9\" is not supported");
  CHECK(refusal("{\"a\":{\"dtype\":\"F32\"}}", 0) == "tensor a: dtype, shape or data_offsets is missing");
  CHECK(refusal("{\"a\":7}", 0) == "tensor a: dtype, shape or data_offsets is missing");
  CHECK(refusal("{" + entry("a", "[2]", "[0,8]") + "," + entry("b", "[2]", "[4,12]") + "}", 12) ==
        "tensor b: overlaps another");
  CHECK(refusal("{" + entry("a", "[1]", "[0,4]") + "," + entry("b", "[1]", "[8,12]") + "}", 12) ==
        "tensor b: bytes before it belong to nobody");
  CHECK(refusal("{" + entry("a", "[1]", "[0,4]") + "," + entry("a", "[1]", "[4,8]") + "}", 8) == "tensor a appears twice");
  CHECK(refusal("{" + entry("a", "[1]", "[0,4]") + "}", 9) == "bytes after the last tensor");
  CHECK(refusal("{" + entry("a", "[1]", "[0,1]", "U8") + "," + entry("b", "[1]", "[1,5]") + "}", 5) == "");
  CHECK(refusal("[1,2]", 0) == "safetensors header is not a JSON object");
  CHECK(refusal("{\"a\":", 0) == "safetensors header is not a JSON object");
  CHECK(refusal(std::string(200'000, '['), 0) == "safetensors header is nested too deeply");

  REQUIRE(io::write_file(scratch_file(), std::string("\xff\xff\xff\xff\xff\xff\xff\xff{}", 10)));
  CHECK(!io::safetensors::open(scratch_file()));
  REQUIRE(io::write_file(scratch_file(), "short"));
  CHECK(!io::safetensors::open(scratch_file()));
  std::filesystem::remove(scratch_file());
  CHECK(!io::safetensors::open(scratch_file()));
}

TEST_CASE("safetensors: tensors that lie askew are read all the same", "[io]") {
  std::string const header = R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
                             R"("b":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}})";
  std::uint64_t const length = header.size();
  float const values[2] = {0.5f, -8.0f};
  std::string text(8, '\0');
  std::memcpy(text.data(), &length, 8);
  text += header + "x" + std::string(reinterpret_cast<char const*>(values), 8);
  REQUIRE(io::write_file(scratch_file(), text));
  auto const file = io::safetensors::open(scratch_file());
  std::filesystem::remove(scratch_file());
  REQUIRE(file);
  auto const b = file->find("b")->elements<float>();
  CHECK(reinterpret_cast<std::uintptr_t>(b.data()) % 4 == 0);
  CHECK(b[0] == 0.5f);
  CHECK(b[1] == -8.0f);
  CHECK(*file->floats("b") == std::vector<float>{0.5f, -8.0f});
}
