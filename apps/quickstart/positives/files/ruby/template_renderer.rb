# frozen_string_literal: true

# Transactional e-mails are written as small templates with placeholders:
#
#   Hello {{name}}, your order {{order.number}} ships on {{order.date | date}}.
#
# A placeholder is a dotted path into the data, optionally followed by filters.
# Unknown paths and unknown filters are errors, because a mail with a hole in it
# must never leave the house. A literal "{{" is written as "{{{{".
class Template
  class RenderError < StandardError; end

  PLACEHOLDER = /\{\{\{\{|\{\{\s*([\w.]+)((?:\s*\|\s*\w+)*)\s*\}\}/.freeze

  FILTERS = {
    "upper" => ->(value) { value.to_s.upcase },
    "trim" => ->(value) { value.to_s.strip },
    "money" => ->(cents) { Kernel.format("%d.%02d", *cents.divmod(100)) },
    "date" => ->(date) { "#{date[8, 2].to_i}.#{date[5, 2].to_i}.#{date[0, 4]}" }
  }.freeze

  def initialize(source, filters: {})
    @source = source
    @filters = FILTERS.merge(filters)
  end

  # @param data [Hash{Symbol => Object}] nested values for the placeholders
  def render(data)
    @source.gsub(PLACEHOLDER) do
      path, pipes = Regexp.last_match.captures
      path ? apply(pipes, lookup(data, path)).to_s : "{{"
    end
  end

  private

  def lookup(data, path)
    path.split(".").reduce(data) do |node, key|
      unless node.is_a?(Hash) && node.key?(key.to_sym)
        raise RenderError, "no value for #{path}"
      end

      node[key.to_sym]
    end
  end

  def apply(pipes, value)
    pipes.scan(/\w+/).reduce(value) do |current, name|
      filter = @filters.fetch(name) { raise RenderError, "unknown filter #{name}" }
      filter.call(current)
    end
  end
end

if $PROGRAM_NAME == __FILE__
  mail = Template.new(<<~MAIL)
    Hello {{ name | trim | upper }},
    order {{order.number}} over {{order.total | money}} EUR ships {{order.date | date}}.
  MAIL
  data = { name: " Ines ", order: { number: "A-17", total: 4_905, date: "2024-11-03" } }
  puts mail.render(data)

  begin
    mail.render(name: "Ines", order: { number: "A-17" })
  rescue Template::RenderError => e
    puts "not sent: #{e.message}"
  end
end
