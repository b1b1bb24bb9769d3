package io.quorate.chaos.report;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What all pages begin with, and how text and numbers are written into them. */
final class Html {
    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #222; --paper: #fff; --faint: #555; --line: #ddd; --held: #18794e; --broken: #b42318;
              --over: #9a5b00; --blue: #2563eb; --fault: #b42318; --mending: #f2b8b5 }
            @media (prefers-color-scheme: dark) { :root { --ink: #ddd; --paper: #111; --faint: #aaa; --line: #333; --held: #4cc38a;
              --broken: #ff8a80; --over: #f5b95f; --blue: #7aa7ff; --fault: #ff6b5e; --mending: #7a3b36 } }
            body { font: 15px/1.5 system-ui, sans-serif; margin: 2em auto; max-width: 1360px; padding: 0 1em; color: var(--ink);
              background: var(--paper) }
            table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .2em .9em .2em 0; text-align: left; vertical-align: top }
            td.n, th.n { text-align: right; font-variant-numeric: tabular-nums } .held { color: var(--held) }
            .broken { color: var(--broken) } .over { color: var(--over) } .faint { color: var(--faint) }
            h1 { font-size: 1.4em } h2 { font-size: 1.15em; margin-top: 2em } h3 { font-size: 1em; margin-bottom: 0 }
            svg text { font: 11px system-ui, sans-serif; fill: var(--faint) } figure { margin: 1em 0 } figcaption { color: var(--faint) }
            .row { display: flex; flex-wrap: wrap; gap: 0 2em }
            """;

    private Html() {}

    /** The begin of a page, up to and with its heading. */
    static StringBuilder page(String title, String heading) {
        return new StringBuilder("<!doctype html><html lang=en><meta charset=utf-8>")
                .append("<meta name=viewport content='width=device-width, initial-scale=1'><title>")
                .append(escaped(title))
                .append("</title><style>")
                .append(STYLE)
                .append("</style><h1>")
                .append(escaped(heading))
                .append("</h1>");
    }

    static String end() {
        return "</html>\n";
    }

    /** What was checked, and what of it did not hold. */
    static void verdicts(StringBuilder out, Map<String, List<String>> verdicts) {
        out.append("<h2>What was checked</h2><table>");
        verdicts.forEach((check, lines) -> out.append("<tr><td>")
                .append(escaped(check))
                .append(lines.isEmpty() ? "<td class=held>held" : "<td class=broken>VIOLATED: ")
                .append(escaped(String.join("; ", lines))));
        out.append("</table>");
    }

    /** As text, and as the value of an attribute in quotes of either kind. */
    static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** Fills a pattern. Numbers are written as SVG wants them, wherever the reader sits. */
    static String filled(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }

    static String seconds(long millis) {
        return filled("%.2f s", millis / 1000.0);
    }
}
