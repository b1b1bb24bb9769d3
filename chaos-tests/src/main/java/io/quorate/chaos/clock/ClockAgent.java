package io.quorate.chaos.clock;

import java.io.IOException;
import java.io.InputStream;
import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.lang.instrument.UnmodifiableClassException;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is loaded into a node's process: once it changes whoever looks at the wall clock, each time it says how wrong that is. */
public final class ClockAgent {
    /** Of the platform's own classes these are what dates, instants and clocks are made by. */
    private static final Set<String> PLATFORM = Set.of(
            "java.util.Date", "java.time.Clock", "java.time.Clock$SystemClock", "java.time.Clock$SystemInstantSource");

    private static boolean installed;

    private ClockAgent() {}

    /**
     * Called by the JVM.
     *
     * @param offsetMillis by how much the clock is wrong from now on
     */
    public static synchronized void agentmain(String offsetMillis, Instrumentation instrumentation)
            throws UnmodifiableClassException {
        if (!installed) {
            instrumentation.addTransformer(new Turning(), true);
            List<Class<?>> look = new ArrayList<>();
            for (Class<?> each : instrumentation.getAllLoadedClasses()) {
                if (instrumentation.isModifiableClass(each) && looks(each)) {
                    look.add(each);
                }
            }
            instrumentation.retransformClasses(look.toArray(new Class<?>[0]));
            installed = true;
        }
        WallClockOffset.set(Long.parseLong(offsetMillis));
    }

    /** To ask the JVM for the bytes of all classes, only to find out that, would hold the node up for seconds. */
    private static boolean looks(Class<?> type) {
        if (PLATFORM.contains(type.getName())) {
            return true;
        }
        if (type.isArray() || type.isHidden() || !isOfApplication(type.getClassLoader())) {
            return false;
        }
        try (InputStream bytes =
                type.getClassLoader().getResourceAsStream(type.getName().replace('.', '/') + ".class")) {
            return bytes != null && ClockReads.mayBeIn(bytes.readAllBytes());
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isOfApplication(@Nullable ClassLoader loader) {
        return loader != null && loader != ClassLoader.getPlatformClassLoader();
    }

    /** Also of classes that are loaded later. */
    private static final class Turning implements ClassFileTransformer {
        @Override
        public byte @Nullable [] transform(
                @Nullable ClassLoader loader,
                String name,
                @Nullable Class<?> before,
                @Nullable ProtectionDomain domain,
                byte[] bytes) {
            boolean wanted = isOfApplication(loader) || PLATFORM.contains(name.replace('/', '.'));
            return wanted && ClockReads.mayBeIn(bytes) ? ClockReads.turned(bytes) : null;
        }
    }
}
