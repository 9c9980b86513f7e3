/** Activities that compare CRAB's rows of a task with its books; on the queue of CRAB's REST. */
export interface RowActivities {
  /** Tells rows that do not say how their files ended what they are to say. @returns how many CRAB took */
  mendRows(request: { task: string }): Promise<number>;
}
