package io.quorate.control.cli;

import picocli.CommandLine.Option;

/** How a command prints what is not a table. */
final class FormatOption {
    @Option(
            names = {"-o", "--output"},
            defaultValue = "pretty",
            description = "pretty, json or yaml. Default: pretty.")
    private Format format;

    Format get() {
        return format;
    }
}
