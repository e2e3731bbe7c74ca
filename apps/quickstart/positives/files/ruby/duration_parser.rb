# frozen_string_literal: true

# Configuration files of our job runner express timeouts as "1h30m", "45s" or
# "2d 4h". This module turns such text into a number of seconds and back again.
#
# Rules:
# * units are d, h, m and s, each at most once and from large to small;
# * whitespace between the parts is allowed;
# * anything else is an error that names the offending text.
module DurationText
  UNITS = { "d" => 86_400, "h" => 3_600, "m" => 60, "s" => 1 }.freeze
  PATTERN = /\A\s*(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?\s*\z/.freeze

  module_function

  # @return [Integer] the number of seconds described by +text+
  def parse(text)
    match = PATTERN.match(text)
    raise ArgumentError, "not a duration: #{text.inspect}" if match.nil? || match.captures.none?

    UNITS.values.zip(match.captures).sum { |size, count| size * count.to_i }
  end

  # @return [String] the shortest text which parses back to +seconds+
  def format(seconds)
    raise ArgumentError, "negative duration: #{seconds}" if seconds.negative?
    return "0s" if seconds.zero?

    UNITS.each_with_object(+"") do |(unit, size), out|
      count, seconds = seconds.divmod(size)
      out << count.to_s << unit if count.positive?
    end
  end
end

if $PROGRAM_NAME == __FILE__
  ["45s", "1h30m", "2d 4h", "90m"].each do |text|
    seconds = DurationText.parse(text)
    puts "#{text.ljust(8)} #{seconds.to_s.rjust(7)} s  ->  #{DurationText.format(seconds)}"
  end

  begin
    DurationText.parse("5m 2h")
  rescue ArgumentError => e
    puts "rejected: #{e.message}"
  end
end
