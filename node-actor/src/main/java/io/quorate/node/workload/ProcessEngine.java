package io.quorate.node.workload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Containers are commands of the machine, without walls; volumes are links in the folder that they begin in. */
final class ProcessEngine implements Engine {
    static final String NAME = "process";
    static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private final String release;

    ProcessEngine(String release) {
        this.release = release;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String version() {
        return "quorate-process://" + release;
    }

    @Override
    public List<String> shortcomings() {
        return List.of();
    }

    @Override
    public boolean has(String image) {
        return ImageCatalog.has(image);
    }

    @Override
    public Launch prepare(ContainerStart start, Path folder, String mark) throws StartRefused, IOException {
        Path work = ProcessRuntime.folder(folder.resolve(Shim.WORK));
        for (Map.Entry<String, Path> mount : start.mounts().entrySet()) {
            Path at = inside(work, mount.getKey());
            ProcessRuntime.folder(at.getParent());
            Files.createSymbolicLink(at, mount.getValue());
        }
        Path begins = start.workingFolder().isEmpty() ? work : inside(work, start.workingFolder());
        if (!Files.isDirectory(begins)) {
            ProcessRuntime.folder(begins);
        }
        Map<String, String> environment = new HashMap<>(start.environment());
        environment.putIfAbsent("PATH", DEFAULT_PATH);
        environment.putIfAbsent("HOME", work.toString());
        List<String> arguments = arguments(start, environment, work);
        environment.put(Shim.MARK, mark);
        return new Launch(arguments, begins, environment);
    }

    private static Path inside(Path work, String path) throws StartRefused {
        Path at = work.resolve(path.startsWith("/") ? path.substring(1) : path).normalize();
        if (!at.startsWith(work) || at.equals(work)) {
            throw new StartRefused("CreateContainerError", "the path " + path + " is none in a container");
        }
        return at;
    }

    private static List<String> arguments(ContainerStart start, Map<String, String> environment, Path work)
            throws StartRefused {
        return switch (ImageCatalog.program(start.image(), start.command(), start.args())) {
            case ImageCatalog.Program.BuiltIn(var site, var usual) -> {
                int port = port(environment.getOrDefault("PORT", ""), usual);
                BuiltInSites.checkPort(start.address(), port);
                yield BuiltInSites.command(site, start.address(), port, work.resolve("usr/share/nginx/html"));
            }
            case ImageCatalog.Program.Command(var arguments) -> {
                requireProgram(arguments.getFirst(), environment.getOrDefault("PATH", DEFAULT_PATH), work);
                yield arguments;
            }
        };
    }

    private static int port(String text, int usual) throws StartRefused {
        try {
            int port = text.isEmpty() ? usual : Integer.parseInt(text);
            if (port >= 1 && port <= 65535) {
                return port;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new StartRefused(
                "CreateContainerConfigError", "the variable PORT wants a number of 1 to 65535, is '" + text + "'");
    }

    private static void requireProgram(String program, String path, Path work) throws StartRefused {
        boolean found = program.contains("/")
                ? Files.isExecutable(work.resolve(program))
                : Stream.of(path.split(":"))
                        .filter(each -> !each.isEmpty())
                        .anyMatch(each -> Files.isRegularFile(Path.of(each, program))
                                && Files.isExecutable(Path.of(each, program)));
        if (!found) {
            throw notFound(program, ": containers run programs of this machine, install it here");
        }
    }

    static StartRefused notFound(String program, String next) {
        return new StartRefused(
                "RunContainerError",
                "exec: \"" + program + "\": "
                        + (program.contains("/")
                                ? "stat " + program + ": no such file or directory"
                                : "executable file not found in $PATH")
                        + next);
    }

    /** Where it began, with its environment, and so with its mark: what is beside it ends with it. */
    @Override
    public Launch beside(Path folder, String mark, long shim, List<String> command, boolean terminal) {
        return new Launch(
                command, Processes.folder(shim).orElse(folder.resolve(Shim.WORK)), Processes.environment(shim));
    }

    @Override
    public boolean signal(Path folder, String mark, boolean kill) {
        return false;
    }

    @Override
    public void ended(Path folder, String mark) {
        // its folder may be looked at until the next attempt but one
    }
}
