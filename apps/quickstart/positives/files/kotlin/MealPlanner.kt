/**
 * Builds one shopping list from several recipes.
 *
 * Recipes are scaled to the number of guests, amounts of the same ingredient are
 * added up across compatible units, and whatever is in the pantry is subtracted.
 */
enum class MeasureUnit(val symbol: String, val family: String, val factor: Double) {
    GRAM("g", "mass", 1.0),
    KILOGRAM("kg", "mass", 1_000.0),
    MILLILITRE("ml", "volume", 1.0),
    LITRE("l", "volume", 1_000.0),
    PIECE("pc", "count", 1.0);

    companion object {
        fun of(symbol: String) = entries.find { it.symbol == symbol }
            ?: throw IllegalArgumentException("unknown unit '$symbol'")

        /** The largest unit of the family in which [amount] is at least one. */
        fun readable(family: String, amount: Double): MeasureUnit {
            val units = entries.filter { it.family == family }.sortedBy { it.factor }
            return units.lastOrNull { amount >= it.factor } ?: units.first()
        }
    }
}

/** A kind of good: the same name in different families stays separate. */
data class Good(val name: String, val family: String)

data class Recipe(val title: String, val servings: Int, val ingredients: List<String>)

/** Parses "1.5 kg potatoes" to a good and an amount in the base unit. */
fun parseAmount(text: String): Pair<Good, Double> {
    val (amount, symbol, name) = text.trim().split(Regex("\\s+"), limit = 3)
    val unit = MeasureUnit.of(symbol)
    return Good(name, unit.family) to amount.toDouble() * unit.factor
}

fun shoppingList(meals: Map<Recipe, Int>, pantry: List<String>): List<String> {
    val needed = sortedMapOf<Good, Double>(compareBy({ it.name }, { it.family }))
    for ((recipe, guests) in meals) {
        for ((good, amount) in recipe.ingredients.map(::parseAmount)) {
            needed.merge(good, amount * guests / recipe.servings, Double::plus)
        }
    }
    for ((good, amount) in pantry.map(::parseAmount)) {
        needed.computeIfPresent(good) { _, old -> (old - amount).takeIf { it > 0.0 } }
    }
    return needed.map { (good, amount) ->
        val unit = MeasureUnit.readable(good.family, amount)
        "%.2f %s %s".format(amount / unit.factor, unit.symbol, good.name)
    }
}

fun main() {
    val soup = Recipe("Leek soup", 4, listOf("800 g leek", "500 g potatoes", "1 l stock"))
    val gratin = Recipe("Gratin", 2, listOf("0.7 kg potatoes", "200 ml cream", "1 pc onion"))
    val meals = mapOf(soup to 6, gratin to 6)
    shoppingList(meals, pantry = listOf("0.5 l stock", "3 pc onion")).forEach(::println)
}
