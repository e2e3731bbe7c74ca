// SPDX-License-Identifier: Apache-2.0
// What comes over a wire or from a language model: requests to our server, answers of others, code in them, grades.
#include <snowcoder/annotate/edu_prompt.hpp>
#include <snowcoder/core/utf8.hpp>
#include <snowcoder/generate/chat.hpp>
#include <snowcoder/generate/chat_answer.hpp>
#include <snowcoder/generate/completion_request.hpp>
#include <snowcoder/generate/stop_words.hpp>
#include <snowcoder/io/answer_file.hpp>
#include <snowcoder/io/retry.hpp>
#include <snowcoder/synthesize/accept.hpp>
#include <snowcoder/synthesize/code_fence.hpp>

#include "target.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace snowcoder;

std::vector<std::string> requests() {
  return {
      R"({"model":"m","prompt":"x","max_tokens":5,"temperature":0,"stop":"\n","stream":true,
"stream_options":{"include_usage":true}})",
      R"({"messages":[{"role":"user","content":[{"type":"text","text":"b"}]}],"logprobs":true,"top_logprobs":3,"seed":-7,
"max_completion_tokens":4})",
      R"({"prompt":[" x\n",[3,99]],"n":2,"best_of":2,"logprobs":1,"echo":true,"max_tokens":1,
"top_p":0.5,"logit_bias":{},"top_k":-1})"};
}

void check_request(std::string_view bytes) {
  for (bool chat : {false, true}) {
    auto const r = generate::parse_text_request(std::string(bytes), chat, 300, 257);
    if (!r) {
      fuzz::expect(!r.error().what.empty() && !r.error().where.empty(), "a refusal that does not name the field");
      continue;
    }
    auto const& o = r->options;
    fuzz::expect(
        !r->prompts.empty() && r->answers >= 1 && r->answers <= 128 && o.new_tokens >= 0 && o.new_tokens <= 1'000'000'000,
        "a request beyond its bounds");
    fuzz::expect(o.sampling.temperature >= 0 && o.sampling.temperature <= 100 && o.sampling.top_p >= 0 && o.sampling.top_p <= 1,
                 "sampling beyond its bounds");
    for (auto const& prompt : r->prompts) {
      if (auto const* text = std::get_if<std::string>(&prompt)) fuzz::expect(is_utf8(*text), "a prompt that is no text");
      if (auto const* ids = std::get_if<std::vector<token_id>>(&prompt))
        for (auto id : *ids) fuzz::expect(id >= 0 && id < 257, "an id that the model does not have");
    }
    for (auto const& word : o.stop) fuzz::expect(!word.empty(), "an empty stop word");
  }
}

std::vector<std::string> answers() {
  return {
      "Sure:\n```python\ndef f():\n    return {'a': [1, (2)]} # \"\"\"x\"\"\" `${b}`\n```\nDone <|endoftext|>\nGrade: **4**",
      "~~~\n````c++ {x}\nauto s = R\"x()\")x\"; char c = '\\''; int n = 1'000;\n#pragma it's\n``\n````\n",
      "```js\nlet r = /[/]/g, t = `a${`b${1}`}`;\n```\n```rust\nfn f<'a>() { r#\"\"#; 'x'; /* /* */ */ }\n```\nscore = 3.5",
      "```c#\nvar s = $@\"{{a}} {b} \"\"c\"; @$\"x\"; \"\"\"raw\"\"\";\n```\r\n```sql\nselect $x$it's$x$ -- '\n```"};
}

void check_answer(std::string_view bytes) {
  auto const choice = fuzz::taken(bytes);
  auto const l = config::all_languages[choice % config::all_languages.size()];
  for (auto const& block : synthesize::code_blocks(bytes)) {
    fuzz::expect(block.text.empty() || (block.text.data() >= bytes.data() &&
                                        block.text.data() + block.text.size() <= bytes.data() + bytes.size()),
                 "a block outside of the answer");
    if (block.closed) fuzz::expect(block.text.empty() || block.text.ends_with('\n'), "a block that is not of whole lines");
    (void)synthesize::unbalanced(block.text, l);
  }
  (void)synthesize::unbalanced(bytes, l);
  auto const fence = synthesize::fence_for(bytes);
  auto const wrapped = "Here:\n" + fence + "python\n" + std::string(bytes) + "\n" + fence + "\n";
  auto const blocks = synthesize::code_blocks(wrapped);
  fuzz::expect(blocks.size() == 1 && blocks[0].closed && blocks[0].text == std::string(bytes) + "\n",
               "a fence that its text breaks");
  synthetic_answer a;
  a.finish_reason = "stop";
  a.response = std::string(bytes);
  auto const made = synthesize::accept(a, l, {.minimum_tokens = 0}, synthesize::three_bytes_a_token{});
  if (auto const* file = std::get_if<synthesize::accepted>(&made))
    fuzz::expect(is_utf8(file->text) && a.response.find(file->text) != std::string::npos, "a file that is not in the answer");
  config::annotator const scale;
  if (auto const grade = annotate::edu_grade(bytes, scale))
    fuzz::expect(*grade >= scale.edu_lowest && *grade <= scale.edu_highest, "a grade off the scale");
  auto const excerpt = annotate::edu_excerpt(bytes);
  fuzz::expect(bytes.starts_with(excerpt) && (is_utf8(excerpt) || !is_utf8(bytes)), "an excerpt that is no text");
}

/// A text that grows at its end is cut where the whole is, and no part of a stop word is given away before.
void check_stop_words(std::string_view bytes) {
  std::size_t const step = 1 + fuzz::taken(bytes) % 5;
  generate::stop_finder const words({"\ndef", "\nd", "aab", "``"});
  auto const whole = words.find(bytes);
  std::size_t known = 0, given = 0;
  for (std::size_t size = std::min(step, bytes.size());; size = std::min(size + step, bytes.size())) {
    auto const text = bytes.substr(0, size);
    if (auto const at = words.find(text, known); at != text.npos) {
      fuzz::expect(at == whole && given <= at, "a growing text is cut elsewhere than the whole");
      return;
    }
    known = size;
    auto const safe = words.safe(text);
    fuzz::expect(safe >= given && safe <= size && generate::whole_characters(text) <= size, "what was given is taken back");
    given = safe;
    if (size == bytes.size()) break;
  }
  fuzz::expect(whole == bytes.npos, "a stop word is missed");
  if (auto const n = generate::whole_characters(bytes); is_utf8(bytes)) fuzz::expect(n == bytes.size(), "a whole text waits");
}
std::vector<std::string> growing() { return {"xreturn a\n\ndef f", "1aaaaab", "0\nd\xc3\xa9\xf0\x9f\x98\x80`"}; }

std::vector<std::string> replies() {
  return {
      "\x13"
      R"({"id":"x","choices":[{"index":0,"text":"a\ndef b","finish_reason":"stop"}],"usage":{"prompt_tokens":5}})",
      R"(x{"seed":"s","number":3,"model":"m","finish_reason":"stop","response":"r","language":"C"})",
      "Wed, 21 Oct 2026 07:28:00 GMT", "2.5e3"};
}
void check_reply(std::string_view bytes) {
  io::http_response r{.status = 100 + 2 * int(fuzz::taken(bytes)), .body = std::string(bytes), .headers = {}, .attempts = 1};
  r.headers = {{"retry-after", std::string(bytes)}};
  io::retry_policy const policy;
  if (auto const pause = policy.delay(r, 1, 1'700'000'000))
    fuzz::expect(pause->count() >= 0 && *pause <= policy.longest, "a pause beyond its bounds");
  r.headers = {{"retry-after-ms", std::string(bytes)}};
  if (auto const pause = policy.delay(r, 1, 1'700'000'000))
    fuzz::expect(pause->count() >= 0 && *pause <= policy.longest, "a pause beyond its bounds");
  if (auto const text = generate::completion_answer(bytes, "", {"\ndef"}))
    fuzz::expect(is_utf8(*text) && text->find("\ndef") == std::string::npos, "an answer goes on behind its end");
  auto const row = io::parsed(bytes);
  if (row.is_discarded()) return;
  if (auto const a = io::parse_answer(row, "")) {
    synthesis_question q;
    q.seed = a->seed;
    q.number = a->number;
    auto const again = io::parse_answer(io::parsed(io::to_line(io::answer_row(q, *a))), "");
    fuzz::expect(again && again->response == a->response && again->number == a->number && again->model == a->model,
                 "an answer is not what it was once it is written and read");
  }
}

fuzz::registered const a{{"text_request", requests, check_request, 1000}};
fuzz::registered const b{{"model_answer", answers, check_answer, 2000}};
fuzz::registered const c{{"stop_words", growing, check_stop_words, 1000}};
fuzz::registered const d{{"server_reply", replies, check_reply, 1000}};

}  // namespace
