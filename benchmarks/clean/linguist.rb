# SPDX-License-Identifier: Apache-2.0
# linguist.rb INPUT.jsonl OUT: what GitHub's linguist (Debian: ruby-github-linguist) takes the rows {"path", "text"} for, one name
# a line of OUT, in order: "-" for nothing, "binary" for what it does not look at. Prints one JSON line with the processor time.
require "json"
require "linguist"

def processor_seconds
  Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)
end

spent = 0.0
count = 0
File.open(ARGV[1], "w") do |out|
  File.foreach(ARGV[0]) do |line|
    row = JSON.parse(line)
    blob = Linguist::Blob.new(row["path"], row["text"].b)
    began = processor_seconds
    name = blob.likely_binary? || blob.binary? ? "binary" : Linguist.detect(blob)&.name || "-"
    spent += processor_seconds - began
    count += 1
    out.puts name
  end
end
puts JSON.generate({ version: Linguist::VERSION, documents: count, seconds: spent })
