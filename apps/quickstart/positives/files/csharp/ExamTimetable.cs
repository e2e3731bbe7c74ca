using System;
using System.Collections.Generic;
using System.Linq;

/// <summary>
/// Assigns exams to time slots so that no student has two exams at once.
/// </summary>
/// <remarks>
/// Two exams conflict when they share a student. The exam with the most distinct slots
/// already blocked by conflicting exams is placed next, ties going to the exam with more
/// conflicts, and receives the earliest free slot that still has room in the building.
/// </remarks>
public sealed class ExamTimetable
{
    private readonly Dictionary<string, HashSet<string>> _students;
    private readonly int _seatsPerSlot;

    public ExamTimetable(IEnumerable<(string Student, string Exam)> entries, int seatsPerSlot)
    {
        _students = entries
            .GroupBy(entry => entry.Exam, entry => entry.Student)
            .ToDictionary(group => group.Key, group => group.ToHashSet());
        _seatsPerSlot = seatsPerSlot;
        if (_students.Values.Any(students => students.Count > seatsPerSlot))
        {
            throw new ArgumentException("An exam has more students than there are seats");
        }
    }

    public IReadOnlyDictionary<string, int> Plan()
    {
        var conflicts = _students.Keys.ToDictionary(
            exam => exam,
            exam => _students.Keys.Where(other => InConflict(exam, other)).ToList());
        var slots = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var seatsTaken = new List<int>();

        HashSet<int> BlockedFor(string exam) =>
            conflicts[exam].Where(slots.ContainsKey).Select(other => slots[other]).ToHashSet();

        while (slots.Count < _students.Count)
        {
            string exam = _students.Keys
                .Where(candidate => !slots.ContainsKey(candidate))
                .OrderByDescending(candidate => BlockedFor(candidate).Count)
                .ThenByDescending(candidate => conflicts[candidate].Count)
                .ThenBy(candidate => candidate, StringComparer.Ordinal)
                .First();
            HashSet<int> blocked = BlockedFor(exam);
            int size = _students[exam].Count;
            int slot = 0;
            while (blocked.Contains(slot)
                || (slot < seatsTaken.Count && seatsTaken[slot] + size > _seatsPerSlot))
            {
                slot++;
            }
            while (seatsTaken.Count <= slot)
            {
                seatsTaken.Add(0);
            }
            seatsTaken[slot] += size;
            slots[exam] = slot;
        }
        return slots;
    }

    private bool InConflict(string exam, string other) =>
        exam != other && _students[exam].Overlaps(_students[other]);

    public static void Main()
    {
        var entries = new[]
        {
            ("Ali", "Algebra"), ("Ali", "Botany"), ("Bea", "Botany"), ("Bea", "Chemistry"),
            ("Cem", "Algebra"), ("Cem", "Drawing"), ("Dee", "Drawing"), ("Dee", "Chemistry"),
        };
        foreach (var (exam, slot) in new ExamTimetable(entries, seatsPerSlot: 4).Plan())
        {
            Console.WriteLine($"slot {slot + 1}: {exam}");
        }
    }
}
