# frozen_string_literal: true

require "tsort"

# Our document pipeline consists of steps that need the output of other steps.
# Given the dependencies, compute "waves": every step of a wave can run in
# parallel because all of its inputs were produced in earlier waves. A cycle is
# reported with the names of the steps that take part in it.
class Pipeline
  include TSort

  class Cycle < StandardError; end

  def initialize
    @inputs = {}
  end

  # Declare a step and the steps whose output it reads.
  def step(name, after: [])
    @inputs[name] = Array(after)
    Array(after).each { |input| @inputs[input] ||= [] }
    self
  end

  # @return [Array<Array<Symbol>>] steps grouped by the wave in which they run
  def waves
    reject_cycles
    depth = {}
    tsort_each { |name| depth[name] = @inputs[name].map { |i| depth[i] + 1 }.max || 0 }
    depth.keys.group_by { |name| depth[name] }.sort.map { |_, names| names.sort }
  end

  private

  def reject_cycles
    loops = each_strongly_connected_component.select do |names|
      names.length > 1 || @inputs[names.first].include?(names.first)
    end
    return if loops.empty?

    raise Cycle, loops.map { |names| names.sort.join(" <-> ") }.join("; ")
  end

  def tsort_each_node(&block)
    @inputs.each_key(&block)
  end

  def tsort_each_child(name, &block)
    @inputs.fetch(name).each(&block)
  end
end

if $PROGRAM_NAME == __FILE__
  pipeline = Pipeline.new
                     .step(:html, after: %i[markdown images])
                     .step(:pdf, after: :html)
                     .step(:images, after: :sources)
                     .step(:markdown, after: :sources)
                     .step(:search_index, after: :html)

  pipeline.waves.each_with_index { |names, i| puts "wave #{i + 1}: #{names.join(', ')}" }

  begin
    pipeline.step(:sources, after: :pdf).waves
  rescue Pipeline::Cycle => e
    puts "cycle: #{e.message}"
  end
end
