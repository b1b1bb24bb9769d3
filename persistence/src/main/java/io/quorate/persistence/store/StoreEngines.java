package io.quorate.persistence.store;

import java.util.Locale;
import org.fusesource.leveldbjni.JniDBFactory;
import org.iq80.leveldb.impl.Iq80DBFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two engines, and which one fits this machine. */
public final class StoreEngines {
    private static final Logger LOG = LoggerFactory.getLogger(StoreEngines.class);

    private StoreEngines() {}

    /**
     * The engine that a setting names.
     *
     * @param setting {@code native}, {@code java}, or {@code auto}: the native one where its library loads
     * @throws IllegalArgumentException for any other setting, and for {@code native} where the library does not load
     */
    public static StoreEngine of(String setting) {
        return switch (setting) {
            case "auto" -> nativeLoads() ? new LevelDbEngine("native", JniDBFactory.factory) : javaEngine();
            case "native" -> {
                if (!nativeLoads()) {
                    throw new IllegalArgumentException(
                            "quorate.journal.store-engine = native: there is no LevelDB library for " + platform()
                                    + "; use java or auto");
                }
                yield new LevelDbEngine("native", JniDBFactory.factory);
            }
            case "java" -> javaEngine();
            default ->
                throw new IllegalArgumentException(
                        "quorate.journal.store-engine: wants auto, native or java, is '" + setting + "'");
        };
    }

    /**
     * Its files are written by calls, not by memory: mapped, a durable write that crosses the end of the window of one megabyte leaves what is
     * before that to the kernel (0.12, {@code MMapLogWriter}). Read when its class is loaded.
     */
    private static StoreEngine javaEngine() {
        System.setProperty("leveldb.mmap", "false");
        return new LevelDbEngine("java", Iq80DBFactory.factory);
    }

    private static boolean nativeLoads() {
        if (!System.getProperty("os.arch").toLowerCase(Locale.ROOT).matches("amd64|x86_64")) {
            return false;
        }
        try {
            return !JniDBFactory.VERSION.isEmpty();
        } catch (LinkageError e) {
            LOG.warn("the native LevelDB library does not load on {}: {}", platform(), e.getMessage());
            return false;
        }
    }

    private static String platform() {
        return System.getProperty("os.name") + " " + System.getProperty("os.arch");
    }
}
