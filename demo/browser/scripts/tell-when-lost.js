// Says that the connection is lost, until it is mended; listens from when the page is loaded.
// Gradio's own heartbeat tells of it, whose end the browser notes down: a page that rests hears of nothing else. Where
// the same server answers again, the heartbeat is begun anew, by which it knows that somebody is there; a page with a
// run under way is loaded anew by Gradio, and one of another server here, and takes up what it had.
export default function tellWhenLost() {
    const TRY_EVERY = 1000; // milliseconds
    const {root, app_id: app} = window.gradio_config;
    let isLooking = false;
    const show = isLost => {
        document.documentElement.toggleAttribute('data-lost', isLost);
        document.querySelector('#lost p').hidden = !isLost;
        document.getElementById('work').inert = isLost;
    };
    const ask = async () => {
        try {
            const answer = await fetch(`${root}/gradio_api/app_id`, {cache: 'no-store'});
            return answer.ok ? (await answer.json()).app_id : null;
        } catch {
            return null;
        }
    };
    const beAgain = async heartbeat => {
        try {
            const reader = (await fetch(heartbeat)).body.getReader();
            while (!(await reader.read()).done);
        } catch {
            // The browser notes this end down, too.
        }
    };
    const look = async heartbeat => {
        if (isLooking) return;
        isLooking = true;
        let answer = await ask();
        while (answer === null) {
            show(true);
            await new Promise(resolve => setTimeout(resolve, TRY_EVERY));
            answer = await ask();
        }
        isLooking = false;
        if (answer !== app) {
            location.reload();
            return;
        }
        show(false);
        if (heartbeat) beAgain(heartbeat);
    };
    const isHeartbeat = ({name, responseStatus}) => name.includes('/heartbeat/') && !(responseStatus >= 400);
    new PerformanceObserver(list => {
        const ended = list.getEntries().find(isHeartbeat);
        if (ended) look(ended.name);
    }).observe({type: 'resource'});
    addEventListener('offline', () => look(null));
}
