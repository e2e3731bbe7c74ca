using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Text;

namespace Crawler;

/// <summary>
/// Remembers which addresses a crawler has already seen, in a few bits per address.
/// </summary>
/// <remarks>
/// The filter never forgets an address but may, with a chosen probability, claim to know one it
/// has not seen. Size and number of probes follow from the expected number of addresses and the
/// accepted error rate. All probe positions are derived from two base hashes.
/// </remarks>
public sealed class BloomFilter
{
    private readonly BitArray _bits;
    private readonly int _probes;

    public BloomFilter(int expectedItems, double errorRate)
    {
        if (expectedItems < 1)
        {
            throw new ArgumentOutOfRangeException(nameof(expectedItems));
        }
        if (errorRate is <= 0 or >= 1)
        {
            throw new ArgumentOutOfRangeException(nameof(errorRate));
        }
        double bitsPerItem = -Math.Log(errorRate) / (Math.Log(2) * Math.Log(2));
        _bits = new BitArray((int)Math.Ceiling(expectedItems * bitsPerItem));
        _probes = Math.Max(1, (int)Math.Round(bitsPerItem * Math.Log(2)));
    }

    public int SizeInBits => _bits.Length;

    /// <summary>Adds an item; returns false if it was probably present already.</summary>
    public bool Add(string item)
    {
        bool isNew = false;
        foreach (int position in Positions(item))
        {
            isNew |= !_bits[position];
            _bits[position] = true;
        }
        return isNew;
    }

    public bool MightContain(string item) => Positions(item).All(position => _bits[position]);

    private IEnumerable<int> Positions(string item)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(item);
        ulong first = Fnv1A(bytes, 14695981039346656037UL);
        ulong second = Fnv1A(bytes, first ^ 0x9E3779B97F4A7C15UL) | 1;
        for (int i = 0; i < _probes; i++)
        {
            ulong mixed = unchecked(first + (ulong)i * second);
            yield return (int)((mixed >> 8) % (ulong)_bits.Length);
        }
    }

    private static ulong Fnv1A(byte[] bytes, ulong seed)
    {
        ulong hash = seed;
        foreach (byte value in bytes)
        {
            hash = unchecked((hash ^ value) * 1099511628211UL);
        }
        return hash;
    }
}

public static class Program
{
    public static void Main()
    {
        var seen = new BloomFilter(expectedItems: 10_000, errorRate: 0.01);
        int collisions = Enumerable.Range(0, 10_000).Count(i => !seen.Add($"/page/{i}"));
        int falseAlarms = Enumerable.Range(0, 10_000).Count(i => seen.MightContain($"/other/{i}"));
        Console.WriteLine($"{seen.SizeInBits / 8} bytes, {collisions} collisions while adding");
        Console.WriteLine($"observed error rate {falseAlarms / 10_000.0:P2}");
    }
}
