# frozen_string_literal: true

# A small clinic needs a weekly roster. Every shift must be covered by someone
# who is available on that day, nobody may work two shifts in a row, and the
# number of shifts should be shared as evenly as the constraints allow.
#
# The roster is filled greedily: for each shift in order, the eligible person
# with the fewest assignments so far gets it, ties being broken by name so that
# the result is reproducible.

# One slot that has to be covered.
Shift = Struct.new(:day, :label) do
  def to_s
    "#{day} #{label}"
  end
end

# Builds an assignment of people to shifts.
class Roster
  # Raised when a shift has no eligible person.
  class Uncovered < StandardError; end

  # @param availability [Hash{String => Array<Symbol>}] days each person can work
  def initialize(availability)
    @availability = availability
  end

  # @param shifts [Array<Shift>] in chronological order
  # @return [Array<Array(Shift, String)>] pairs of shift and person
  def plan(shifts)
    load = Hash.new(0)
    previous = nil
    shifts.map do |shift|
      person = pick(shift, previous, load)
      raise Uncovered, "nobody can take #{shift}" unless person

      load[person] += 1
      previous = person
      [shift, person]
    end
  end

  private

  def pick(shift, previous, load)
    candidates = @availability.select { |_, days| days.include?(shift.day) }.keys
    candidates.delete(previous)
    candidates.min_by { |name| [load[name], name] }
  end
end

if $PROGRAM_NAME == __FILE__
  availability = {
    "Amara" => %i[mon tue wed],
    "Bruno" => %i[mon wed thu],
    "Chloe" => %i[tue thu],
    "Dmitri" => %i[mon tue wed thu]
  }
  shifts = %i[mon tue wed thu].product(%w[morning evening]).map { |d, l| Shift.new(d, l) }
  plan = Roster.new(availability).plan(shifts)

  plan.each { |shift, person| puts format("%-12s %s", shift, person) }
  puts plan.map(&:last).tally.sort.map { |name, n| "#{name}: #{n}" }.join(", ")
end
