# frozen_string_literal: true

# A label designer lets the user insert and delete text and undo any number of
# steps. Instead of keeping snapshots of the whole document we store commands
# that know how to apply and revert themselves. A new edit made after an undo
# drops the steps that could have been redone.

# Inserts +text+ at +at+.
InsertText = Struct.new(:at, :text) do
  def apply(buffer)
    buffer.insert(at, text)
  end

  def revert(buffer) = buffer.slice!(at, text.length)
end

# Removes +count+ characters at +at+, remembering them for a later revert.
DeleteText = Struct.new(:at, :count, :removed) do
  def apply(buffer)
    self.removed = buffer.slice!(at, count)
  end

  def revert(buffer)
    buffer.insert(at, removed)
  end
end

# A text buffer with unlimited undo and redo.
class Editor
  def initialize(text = "")
    @buffer = text.dup
    @done = []
    @undone = []
  end

  def insert(at, text)
    check_range(at, 0)
    perform(InsertText.new(at, text))
  end

  def delete(at, count)
    check_range(at, count)
    perform(DeleteText.new(at, count))
  end

  # @return [Boolean] whether there was anything to undo
  def undo
    shift_command(@done, @undone) { |command| command.revert(@buffer) }
  end

  # @return [Boolean] whether there was anything to redo
  def redo
    shift_command(@undone, @done) { |command| command.apply(@buffer) }
  end

  def to_s = @buffer.dup

  private

  def check_range(at, count)
    inside = at >= 0 && count >= 0 && at + count <= @buffer.length
    raise IndexError, "range #{at}+#{count} outside the text" unless inside
  end

  def perform(command)
    command.apply(@buffer)
    @done.push(command)
    @undone.clear
    self
  end

  def shift_command(from, to)
    return false if from.empty?

    yield from.last
    to.push(from.pop)
    true
  end
end

if $PROGRAM_NAME == __FILE__
  editor = Editor.new("green tea")
  editor.insert(0, "loose ").delete(6, 6).insert(6, "black ")
  puts editor
  2.times { editor.undo && puts("undo: #{editor}") }
  editor.redo
  puts "redo: #{editor}"
end
