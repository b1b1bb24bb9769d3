package io.quorate.simulations.command;

/** What the simulated nodes log. */
final class Logging {
    private Logging() {}

    /** Nothing: the engine tells of every election. To be called before the first logger is made. */
    static void quiet() {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "simulation-logback.xml");
        }
    }
}
