package io.quorate.control.cli;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "join",
        mixinStandardHelpOptions = true,
        description = "Makes this node, which must run and be empty, part of another node's cluster.",
        footer = {
            "",
            "Examples:",
            "  quorate join 192.168.1.11:25000/3f9c0a…/9b1d…",
            "  quorate join 192.168.1.11:25000/3f9c0a…/9b1d… --worker"
        })
final class JoinCommand implements Callable<Integer> {
    private static final Pattern LINE = Pattern.compile("([^/\\s:]+:\\d{1,5})/([0-9a-zA-Z]{32,128})/([0-9a-f]{32,64})");

    @Spec
    private CommandSpec spec;

    @Mixin
    private NodeOptions node;

    @Parameters(
            paramLabel = "ADDRESS:PORT/TOKEN/FINGERPRINT",
            description = "As `quorate add-node` printed it on a member.")
    private String line;

    @Option(
            names = "--worker",
            description = "As a worker: it hosts workloads only, has no role in the datastore and holds no copy.")
    private boolean worker;

    @Override
    public Integer call() {
        Matcher matcher = LINE.matcher(line);
        if (!matcher.matches()) {
            throw new CommandFailure(
                    ExitCode.USAGE,
                    "'" + line
                            + "' is no join line: it wants <address>:<port>/<token>/<fingerprint>. Copy the whole line that `quorate"
                            + " add-node` printed on a member");
        }
        spec.commandLine().getErr().println("Contacting cluster at " + matcher.group(1));
        NodeClient client = node.client();
        try {
            client.json(
                    "POST",
                    "/v1/join",
                    "{\"seed\":\"" + matcher.group(1) + "\",\"token\":\"" + matcher.group(2) + "\",\"fingerprint\":\""
                            + matcher.group(3) + "\",\"worker\":" + worker + "}",
                    Duration.ofSeconds(40));
        } catch (CommandFailure e) {
            if (e.exitCode() != ExitCode.UNKNOWN) {
                throw e;
            }
            throw new CommandFailure(
                    ExitCode.UNKNOWN,
                    "this node ended, or did not answer, while it joined. Next: `quorate start` where it does not run, then"
                            + " the same `quorate join` again: it goes on where it was cut off");
        }
        spec.commandLine()
                .getOut()
                .println("This node has joined the cluster" + (worker ? " as a worker" : "")
                        + ". `quorate status` shows it");
        return ExitCode.OK;
    }
}
