# frozen_string_literal: true

require "time"

# Summarise the access log of a small web service.
#
# Each line looks like
#
#   2024-05-02T10:15:31Z GET /orders/42 200 0.031
#
# and the operations team wants, per route, the number of requests, the share
# of server errors and the median and 95th percentile of the response time.
# Numeric path segments are folded into ":id" so that one route is one row.

LINE = /\A(\S+) ([A-Z]+) (\S+) (\d{3}) (\d+\.\d+)\z/.freeze

Request = Struct.new(:time, :verb, :route, :status, :seconds) do
  # @return [Request, nil] nil for a line in another format
  def self.parse(line)
    match = LINE.match(line.strip) or return nil
    time, verb, path, status, seconds = match.captures
    route = path.sub(/\?.*/, "").gsub(%r{/\d+(?=/|\z)}, "/:id")
    new(Time.iso8601(time), verb, route, Integer(status, 10), Float(seconds))
  end

  def failed?
    status >= 500
  end
end

# Nearest-rank percentile of a non-empty sorted list.
def percentile(sorted, share)
  rank = (share * sorted.length).ceil
  sorted[[rank, 1].max - 1]
end

# @return [Array<Hash>] one row per route, busiest first
def summarise(lines)
  requests = lines.filter_map { |line| Request.parse(line) }
  rows = requests.group_by { |r| "#{r.verb} #{r.route}" }.map do |route, group|
    times = group.map(&:seconds).sort
    {
      route: route,
      count: group.length,
      errors: group.count(&:failed?).fdiv(group.length),
      median: percentile(times, 0.50),
      p95: percentile(times, 0.95)
    }
  end
  rows.sort_by { |row| [-row[:count], row[:route]] }
end

if $PROGRAM_NAME == __FILE__
  log = <<~LOG
    2024-05-02T10:15:31Z GET /orders/42 200 0.031
    2024-05-02T10:15:32Z GET /orders/57 200 0.044
    2024-05-02T10:15:33Z POST /orders 201 0.120
    this line was cut off by a restart
    2024-05-02T10:15:35Z GET /orders/57?full=1 503 1.870
    2024-05-02T10:15:36Z POST /orders 500 0.640
  LOG

  summarise(log.lines).each do |row|
    puts format("%<route>-18s %<count>3d  errors %<errors>.2f  " \
                "median %<median>.3f  p95 %<p95>.3f", row)
  end
end
