package io.quorate.chaos.clock;

import com.sun.tools.attach.AgentInitializationException;
import com.sun.tools.attach.AgentLoadException;
import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/** Turns the wall clock of a Java process of this machine and this user. */
public final class ClockJump {
    private static final List<String> CLASSES =
            List.of("ClockAgent", "ClockAgent$Turning", "ClockReads", "WallClockOffset");

    private ClockJump() {}

    /** Whether this Java can load code into other processes; some are built without. */
    public static boolean allowed() {
        return ModuleLayer.boot().findModule("jdk.attach").isPresent();
    }

    /**
     * From now on its clock is wrong by as much; by nothing: right again.
     *
     * @throws IllegalStateException when that cannot be done, as in a process that has ended
     */
    public static void set(ProcessHandle process, Duration offset) {
        try {
            Path jar = Files.createTempFile("quorate-clock-", ".jar");
            try {
                try (OutputStream out = Files.newOutputStream(jar)) {
                    pack(out, jar);
                }
                VirtualMachine machine = VirtualMachine.attach(Long.toString(process.pid()));
                try {
                    machine.loadAgent(jar.toString(), Long.toString(offset.toMillis()));
                } finally {
                    machine.detach();
                }
            } finally {
                Files.delete(jar); // who has it open keeps it
            }
        } catch (IOException | AttachNotSupportedException | AgentLoadException | AgentInitializationException e) {
            throw new IllegalStateException("the clock of process " + process.pid() + " cannot be turned: " + e, e);
        }
    }

    private static void pack(OutputStream out, Path self) throws IOException {
        Manifest manifest = new Manifest();
        Attributes main = manifest.getMainAttributes();
        main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
        // The platform's classes see what its own loader finds, and nothing else; and what is turned there is turned by
        // the same loader's.
        main.putValue("Boot-Class-Path", self.getFileName().toString());
        main.putValue("Agent-Class", ClockAgent.class.getName());
        main.putValue("Can-Retransform-Classes", "true");
        try (JarOutputStream jar = new JarOutputStream(out, manifest)) {
            for (String each : CLASSES) {
                String path = ClockJump.class.getPackageName().replace('.', '/') + "/" + each + ".class";
                jar.putNextEntry(new JarEntry(path));
                try (InputStream bytes = ClockJump.class.getClassLoader().getResourceAsStream(path)) {
                    Objects.requireNonNull(bytes, path).transferTo(jar);
                }
            }
        }
    }
}
