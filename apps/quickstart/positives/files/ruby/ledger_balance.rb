# frozen_string_literal: true

# A club keeps its books in a plain text journal. Every transaction starts with
# a date and a description, followed by indented postings:
#
#   2024-03-01 Rent for the hall
#     expenses:rent    420.00
#     assets:bank
#
# One posting per transaction may leave out its amount; it then takes whatever
# makes the transaction sum to zero. Amounts are kept in integer cents. The
# program prints the balance of each account, including its parent accounts.
class Journal
  class Unbalanced < StandardError; end

  Transaction = Struct.new(:date, :text, :postings)

  HEADER = /\A(\d{4}-\d{2}-\d{2})\s+(.+)\z/.freeze
  POSTING = /\A\s+([a-z:]+)(?:\s+(-?\d+)\.(\d{2}))?\s*\z/.freeze

  attr_reader :transactions

  def initialize(source)
    @transactions = source.split(/\n\s*\n/).map { |block| parse_block(block.lines(chomp: true)) }
  end

  # @return [Hash{String => Integer}] cents per account and per parent account
  def balances
    totals = Hash.new(0)
    transactions.flat_map { |t| t.postings.to_a }.each do |account, cents|
      parts = account.split(":")
      (1..parts.length).each { |depth| totals[parts.first(depth).join(":")] += cents }
    end
    totals.sort.to_h
  end

  private

  def parse_block(lines)
    header = HEADER.match(lines.first) or raise ArgumentError, "bad header: #{lines.first}"
    amounts = lines.drop(1).map { |line| parse_posting(line) }
    Transaction.new(header[1], header[2], settle(header[2], amounts))
  end

  def parse_posting(line)
    match = POSTING.match(line) or raise ArgumentError, "bad posting: #{line}"
    account, whole, fraction = match.captures
    [account, whole && "#{whole}#{fraction}".to_i]
  end

  def settle(text, amounts)
    open, given = amounts.partition { |_, cents| cents.nil? }
    rest = -given.sum { |_, cents| cents }
    raise Unbalanced, text if open.length > 1 || (open.empty? && rest.nonzero?)

    given + open.map { |account, _| [account, rest] }
  end
end

if $PROGRAM_NAME == __FILE__
  journal = Journal.new(<<~TEXT)
    2024-03-01 Rent for the hall
      expenses:rent    420.00
      assets:bank

    2024-03-04 Membership fees
      assets:bank      600.00
      assets:cash       75.50
      income:fees
  TEXT

  journal.balances.each do |account, cents|
    indent = "  " * account.count(":")
    puts format("%10.2f  %s%s", cents / 100.0, indent, account.split(":").last)
  end
end
