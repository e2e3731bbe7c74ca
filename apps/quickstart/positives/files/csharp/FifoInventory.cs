using System;
using System.Collections.Generic;

namespace Warehouse;

/// <summary>
/// Values stock by the first-in, first-out rule.
/// </summary>
/// <remarks>
/// Deliveries add lots with their own unit cost. Sales consume the oldest lots first, splitting a
/// lot where needed, and report the cost of the goods sold. A sale that exceeds the stock leaves
/// the inventory unchanged.
/// </remarks>
public sealed class FifoInventory
{
    private readonly record struct Lot(int Units, decimal UnitCost);

    private readonly LinkedList<Lot> _lots = new();

    public int UnitsOnHand { get; private set; }

    public decimal Value { get; private set; }

    public void Receive(int units, decimal unitCost)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        ArgumentOutOfRangeException.ThrowIfNegative(unitCost);
        _lots.AddLast(new Lot(units, unitCost));
        UnitsOnHand += units;
        Value += units * unitCost;
    }

    /// <summary>Removes units from stock and returns what they had cost.</summary>
    public decimal Sell(int units)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        if (units > UnitsOnHand)
        {
            throw new InvalidOperationException($"Only {UnitsOnHand} of {units} units in stock");
        }

        decimal cost = 0;
        for (int missing = units; missing > 0;)
        {
            Lot oldest = _lots.First!.Value;
            int taken = Math.Min(missing, oldest.Units);
            cost += taken * oldest.UnitCost;
            missing -= taken;
            _lots.RemoveFirst();
            if (taken < oldest.Units)
            {
                _lots.AddFirst(oldest with { Units = oldest.Units - taken });
            }
        }
        UnitsOnHand -= units;
        Value -= cost;
        return cost;
    }
}

public static class Program
{
    public static void Main()
    {
        var coffee = new FifoInventory();
        coffee.Receive(100, 4.20m);
        coffee.Receive(50, 4.60m);

        const decimal price = 7.00m;
        foreach (int sold in new[] { 80, 40 })
        {
            decimal cost = coffee.Sell(sold);
            Console.WriteLine($"sold {sold}: cost {cost:F2}, margin {sold * price - cost:F2}");
        }
        Console.WriteLine($"left: {coffee.UnitsOnHand} units worth {coffee.Value:F2}");
    }
}
