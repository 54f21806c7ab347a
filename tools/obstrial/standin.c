/* A stand-in for OBS's browser source, for an OBS that was built without one, as
 * Debian's is: same kind, settings and buttons as obs-browser, so that adding and
 * refreshing the overlay can be tried on a real OBS. It shows no page; what it is
 * told to load goes into OBS's log. */
#include <obs-module.h>

OBS_DECLARE_MODULE()

struct standin {
	uint32_t width, height;
};

static const char *standin_name(void *unused)
{
	UNUSED_PARAMETER(unused);
	return "Browser";
}

static void standin_update(void *data, obs_data_t *settings)
{
	struct standin *s = data;
	s->width = (uint32_t)obs_data_get_int(settings, "width");
	s->height = (uint32_t)obs_data_get_int(settings, "height");
	blog(LOG_INFO, "[stand-in] loads %s at %ux%u", obs_data_get_string(settings, "url"), s->width, s->height);
}

static void *standin_create(obs_data_t *settings, obs_source_t *source)
{
	UNUSED_PARAMETER(source);
	struct standin *s = bzalloc(sizeof(*s));
	standin_update(s, settings);
	return s;
}

static void standin_destroy(void *data)
{
	bfree(data);
}

static uint32_t standin_width(void *data)
{
	return ((struct standin *)data)->width;
}

static uint32_t standin_height(void *data)
{
	return ((struct standin *)data)->height;
}

static void standin_defaults(obs_data_t *settings)
{
	obs_data_set_default_string(settings, "url", "https://obsproject.com/browser-source");
	obs_data_set_default_int(settings, "width", 800);
	obs_data_set_default_int(settings, "height", 600);
	obs_data_set_default_string(
		settings, "css",
		"body { background-color: rgba(0, 0, 0, 0); margin: 0px auto; overflow: hidden; }");
}

static bool standin_refresh(obs_properties_t *props, obs_property_t *button, void *data)
{
	UNUSED_PARAMETER(props);
	UNUSED_PARAMETER(button);
	UNUSED_PARAMETER(data);
	blog(LOG_INFO, "[stand-in] is refreshed");
	return false;
}

static obs_properties_t *standin_properties(void *data)
{
	UNUSED_PARAMETER(data);
	obs_properties_t *props = obs_properties_create();
	obs_properties_add_bool(props, "is_local_file", "Local file");
	obs_properties_add_text(props, "url", "URL", OBS_TEXT_DEFAULT);
	obs_properties_add_int(props, "width", "Width", 1, 8192, 1);
	obs_properties_add_int(props, "height", "Height", 1, 8192, 1);
	obs_properties_add_bool(props, "reroute_audio", "Control audio via OBS");
	obs_properties_add_bool(props, "fps_custom", "Use custom frame rate");
	obs_properties_add_text(props, "css", "Custom CSS", OBS_TEXT_MULTILINE);
	obs_properties_add_bool(props, "shutdown", "Shutdown source when not visible");
	obs_properties_add_bool(props, "restart_when_active", "Refresh browser when scene becomes active");
	obs_properties_add_button(props, "refreshnocache", "Refresh cache of current page", standin_refresh);
	return props;
}

static void standin_render(void *data, gs_effect_t *effect)
{
	UNUSED_PARAMETER(data);
	UNUSED_PARAMETER(effect);
}

static struct obs_source_info standin = {
	.id = "browser_source",
	.type = OBS_SOURCE_TYPE_INPUT,
	.output_flags = OBS_SOURCE_VIDEO | OBS_SOURCE_CUSTOM_DRAW,
	.get_name = standin_name,
	.create = standin_create,
	.destroy = standin_destroy,
	.update = standin_update,
	.get_width = standin_width,
	.get_height = standin_height,
	.get_defaults = standin_defaults,
	.get_properties = standin_properties,
	.video_render = standin_render,
	.icon_type = OBS_ICON_TYPE_BROWSER,
};

bool obs_module_load(void)
{
	obs_register_source(&standin);
	return true;
}
