using System;
using System.Collections.Generic;

namespace Notes;

/// <summary>One reversible change of a document.</summary>
public interface IEdit
{
    string Label { get; }

    void Apply();

    void Revert();
}

/// <summary>Changes a property through a setter and knows how to change it back.</summary>
public sealed class SetValue<T> : IEdit
{
    private readonly Action<T> _set;
    private readonly T _before, _after;

    public SetValue(string label, Func<T> get, Action<T> set, T value) =>
        (Label, _set, _before, _after) = (label, set, get(), value);

    public string Label { get; }

    public void Apply() => _set(_after);

    public void Revert() => _set(_before);
}

/// <summary>
/// Undo and redo for a note editor with a bounded memory.
/// </summary>
/// <remarks>
/// Executing a new edit clears the redo list. When the history is longer than its capacity the
/// oldest edit can no longer be undone. The document counts as unchanged exactly when the
/// history is back at the position of the last save. Usage:
/// <c>history.Execute(edit); history.Undo();</c>.
/// </remarks>
public sealed class EditHistory
{
    private readonly List<IEdit> _edits = new();
    private readonly int _capacity;
    private int _position;
    private int? _savedAt = 0;

    public EditHistory(int capacity) => _capacity = Math.Max(1, capacity);

    public string? NextUndo => _position > 0 ? _edits[_position - 1].Label : null;

    public string? NextRedo => _position < _edits.Count ? _edits[_position].Label : null;

    public bool IsModified => _savedAt != _position;

    public void Execute(IEdit edit)
    {
        edit.Apply();
        if (_savedAt > _position)
        {
            _savedAt = null; // the saved state lay in the redo list that is about to vanish
        }
        _edits.RemoveRange(_position, _edits.Count - _position);
        _edits.Add(edit);
        _position++;
        if (_edits.Count > _capacity)
        {
            _edits.RemoveAt(0);
            _position--;
            _savedAt = _savedAt > 0 ? _savedAt - 1 : null;
        }
    }

    public bool Undo()
    {
        if (_position == 0) return false;
        _edits[--_position].Revert();
        return true;
    }

    public bool Redo()
    {
        if (_position == _edits.Count) return false;
        _edits[_position++].Apply();
        return true;
    }

    public void MarkSaved() => _savedAt = _position;
}
