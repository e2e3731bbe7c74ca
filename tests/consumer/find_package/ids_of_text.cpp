// SPDX-License-Identifier: Apache-2.0
#include <snowcoder/io/tokenizer_file.hpp>
#include <snowcoder/tokenize/byte_pair.hpp>

#include <iostream>

int main(int, char** argv) {
  using namespace snowcoder;
  auto const tokenizer =
      tokenize::byte_pair<tokenize::starcoder_split>::from_vocabulary(io::read_tokenizer(argv[1]).value()).value();
  auto const ids = tokenizer.encode("return 42;");
  for (auto id : ids) std::cout << id << " ";
  std::cout << tokenizer.decode(ids) << "\n";
}
