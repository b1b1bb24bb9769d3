package io.quorate.control.schedule;

/**
 * How well a node suits a pod, by what is looked at; each part is at most 100 times its weight, and the weights are those of kubernetes.
 *
 * @param resources how much of the node is left
 * @param balance how evenly its processors and its memory are used
 * @param taints fewer that say {@code PreferNoSchedule} and are not tolerated
 * @param affinity wishes for a node that it meets
 * @param spread how few pods like it are on the node and in its zone
 * @param company wishes for or against other pods that it meets
 */
record Score(int resources, int balance, int taints, int affinity, int spread, int company) {
    static final int MAX = 100;

    static final int TAINTS = 3;
    static final int AFFINITY = 2;
    static final int SPREAD = 2;
    static final int COMPANY = 2;

    int total() {
        return resources + balance + taints + affinity + spread + company;
    }
}
