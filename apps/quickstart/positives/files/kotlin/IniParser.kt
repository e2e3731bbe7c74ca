/**
 * Reads configuration files made of sections and `key = value` lines.
 *
 * Comments start with `#` or `;`. A value may refer to another one of the same
 * section, or of a named section, as `${key}` or `${section.key}`. References that
 * lead nowhere or in a circle are errors which name the file position.
 */
class IniException(line: Int, message: String) : Exception("line $line: $message")

class IniFile private constructor(private val raw: Map<Address, RawValue>) {
    private data class Address(val section: String, val key: String)
    private data class RawValue(val text: String, val line: Int)

    operator fun get(section: String, key: String): String? =
        Address(section, key).takeIf { it in raw }?.let { resolve(it, emptyList()) }

    fun section(name: String): Map<String, String> =
        raw.keys.filter { it.section == name }.associate { it.key to resolve(it, emptyList()) }

    private fun resolve(address: Address, path: List<Address>): String {
        val value = raw.getValue(address)
        if (address in path) throw IniException(value.line, "circular reference")
        return REFERENCE.replace(value.text) { match ->
            val (section, key) = match.destructured
            val target = Address(section.removeSuffix(".").ifEmpty { address.section }, key)
            if (target !in raw) throw IniException(value.line, "unknown ${match.value}")
            resolve(target, path + address)
        }
    }

    companion object {
        private val REFERENCE = Regex("""\$\{(\w+\.)?(\w+)}""")
        private val HEADER = Regex("""\[(\w+)]""")

        fun parse(text: String): IniFile {
            val values = linkedMapOf<Address, RawValue>()
            var section = ""
            text.lineSequence().map(String::trim).forEachIndexed { index, line ->
                val header = HEADER.matchEntire(line)
                when {
                    line.isEmpty() || line[0] in "#;" -> Unit
                    header != null -> section = header.groupValues[1]
                    '=' in line -> {
                        val (key, value) = line.split('=', limit = 2).map(String::trim)
                        values[Address(section, key)] = RawValue(value, index + 1)
                    }
                    else -> throw IniException(index + 1, "expected 'key = value'")
                }
            }
            return IniFile(values)
        }
    }
}

fun main() {
    val config = IniFile.parse(
        """
        [paths]
        root = /srv/shop
        logs = ${'$'}{root}/logs

        [web]
        ; the access log lives beside the others
        log = ${'$'}{paths.logs}/access.log
        loop = ${'$'}{loop}
        """.trimIndent(),
    )
    println(config.section("paths"))
    println(config["web", "log"])
    println(runCatching { config["web", "loop"] }.exceptionOrNull()?.message)
}
